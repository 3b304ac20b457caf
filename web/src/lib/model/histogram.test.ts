import { expect, test } from "vitest";

import { binsBetween, binsOf } from "./histogram";

test("every finite value is counted once, the greatest too", () => {
  const bins = binsOf([1, 2, 2, 3, 10, Number.NaN, Infinity]);
  expect(bins.reduce((sum, bin) => sum + bin.count, 0)).toBe(5);
  expect([bins[0]!.from, bins.at(-1)!.to]).toEqual([1, 10]);
});

test("equal values are one bin, no values none", () => {
  expect(binsOf([4, 4])).toEqual([{ from: 4, to: 4, count: 2 }]);
  expect(binsOf([Number.NaN])).toEqual([]);
});

test("many values don't make more bins than can be seen", () => {
  expect(binsOf(Array.from({ length: 5000 }, (_, at) => at ** 3), 40).length).toBeLessThanOrEqual(40);
});

test("edges and counts become bins", () => {
  expect(binsBetween([0, 1, 2], [5, 7])).toEqual([{ from: 0, to: 1, count: 5 }, { from: 1, to: 2, count: 7 }]);
});
