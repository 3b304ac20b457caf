import { expect, test } from "vitest";

import { foldersOf } from "./files";

const tree = (paths: string[]) => foldersOf(paths, (path) => path, () => 10);

test("files stand in their folders, by name as one counts", () => {
  const root = tree(["b.txt", "a/2.png", "a/10.png", "a/x/1", "a.txt"]);
  expect(root.files.map((one) => one.name)).toEqual(["a.txt", "b.txt"]);
  expect(root.folders.map((one) => one.name)).toEqual(["a"]);
  expect(root.folders[0]!.files.map((one) => one.name)).toEqual(["2.png", "10.png"]);
  expect([root.count, root.size, root.folders[0]!.count]).toEqual([5, 50, 3]);
});

test("folders with nothing but a folder are one step", () => {
  const [one] = tree(["a/b/c/x", "a/b/c/y"]).folders;
  expect([one!.name, one!.path, one!.files.length]).toEqual(["a/b/c", "a/b/c", 2]);
});

test("strange names do no harm", () => {
  const root = tree(["__proto__/x", "constructor", "/lead", "a//b", ""]);
  expect(root.count).toBe(5);
});
