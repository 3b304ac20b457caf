import { expect, test } from "vitest";

import { nextSorting, parseExperimentLook, printExperimentLook, type ExperimentLook } from "./experimentView";

const read = (text: string) => parseExperimentLook((key) => new URLSearchParams(text).get(key));

test("an address without keys is the plain view", () => {
  expect(read("")).toEqual({ metric: null, by: [], list: "groups", sorted: null, open: new Set(), isFolded: null, hidden: [] });
});

test("what is printed is read back, whatever names hold", () => {
  const look: ExperimentLook = {
    metric: "acc[val]",
    by: ["lr", "a,b", "50%", "x~y"],
    list: "runs",
    sorted: { key: "seconds", isDescending: true },
    open: new Set(["lr=0.1, model=a,b"]),
    isFolded: true,
    hidden: ["0192f0c1"],
  };
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(printExperimentLook(look))) if (value !== null) query.set(key, value);
  expect(read(query.toString())).toEqual(look);
});

test("what makes no sense counts as not given", () => {
  expect(read("list=x&sorted=-wat&head=7")).toEqual(read(""));
});

test("a column sorts up, down, and then not", () => {
  const up = nextSorting(null, "seconds");
  const down = nextSorting(up, "seconds");
  expect([up, down, nextSorting(down, "seconds")]).toEqual([{ key: "seconds", isDescending: false }, { key: "seconds", isDescending: true }, null]);
});
