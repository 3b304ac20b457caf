import { expect, test } from "vitest";

import { ends } from "./names";

test("a short name stays in one piece", () => {
  expect(ends("baseline")).toEqual(["baseline", ""]);
});

test("the end of a long name is kept whole, and nothing is lost", () => {
  const name = "learning_rate=0.001_batch_size=128_seed=3";
  const [head, tail] = ends(name, 8);
  expect(tail).toBe("seed=3");
  expect(head + tail).toBe(name);
});

test("what has been cut already gets no second gap", () => {
  expect(ends("HistGradientBoosting…, learning_rate=0.1)")).toEqual(["HistGradientBoosting…", ", learning_rate=0.1)"]);
});

test("letters of several code points aren't cut", () => {
  const [head, tail] = ends("👩‍👩‍👧".repeat(30), 4);
  expect(tail).toBe("👩‍👩‍👧".repeat(4));
  expect(head).toBe("👩‍👩‍👧".repeat(26));
});

test("a name without parts is cut by letters", () => {
  expect(ends("a".repeat(30), 10)[1]).toBe("a".repeat(10));
});
