import { expect, test } from "vitest";

import { distinct, ends } from "./names";

test("a short name stays in one piece", () => {
  expect(ends("baseline")).toEqual(["baseline", ""]);
});

test("the end of a long name is kept whole, and nothing is lost", () => {
  const name = "learning_rate=0.001_batch_size=128_seed=3";
  const [head, tail] = ends(name, 8);
  expect(tail).toBe("seed=3");
  expect(head + tail).toBe(name);
});

test("letters of several code points aren't cut", () => {
  const [head, tail] = ends("👩‍👩‍👧".repeat(30), 4);
  expect(tail).toBe("👩‍👩‍👧".repeat(4));
  expect(head).toBe("👩‍👩‍👧".repeat(26));
});

test("a name without parts is cut by letters", () => {
  expect(ends("a".repeat(30), 10)[1]).toBe("a".repeat(10));
});

test("members of a group are called by what differs", () => {
  expect(distinct(["lr=0.1_model=net_seed=0", "lr=0.1_model=net_seed=1"])).toEqual(["seed=0", "seed=1"]);
  expect(distinct(["max_depth=12_seed=0_trees=9", "max_depth=12_seed=1_trees=9"])).toEqual(["seed=0", "seed=1"]);
  expect(distinct(["lr=0.1_seed=0", "by hand"])).toEqual(["lr=0.1_seed=0", "by hand"]);
  expect(distinct(["seed=0", "seed=0"])).toEqual(["seed=0", "seed=0"]);
  expect(distinct(["seed=0"])).toEqual(["seed=0"]);
  expect(distinct([])).toEqual([]);
});
