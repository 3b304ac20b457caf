import { expect, test } from "vitest";

import { histogramOf, stacked } from "./histograms";

const DATA = { edges: [0, 1, 2], counts: [3, 1], n: 6, nan: 1, inf: 1, min: 0, max: 2, mean: 0.6, std: null };

test("what was logged is read, and what isn't one is none", () => {
  expect(histogramOf(DATA, 4)).toMatchObject({ step: 4, n: 6, nan: 1, std: null, counts: [3, 1] });
  for (const wrong of [null, 3, {}, { edges: [0, 1], counts: [1, 2] }]) expect(histogramOf(wrong, 0)).toBeNull();
});

test("all values stay counted on common bins", () => {
  const one = histogramOf(DATA, 0)!;
  const other = histogramOf({ ...DATA, edges: [-3, 5], counts: [7] }, 1)!;
  const stack = stacked([one, other], 16)!;
  expect([stack.from, stack.to]).toEqual([-3, 5]);
  for (const { shares } of stack.rows) expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 10);
  expect([...stack.rows[0]!.shares].slice(6, 10)).toEqual([0.375, 0.375, 0.125, 0.125]);
  expect(stack.most).toBe(0.375);
});

test("a single value and no value at all", () => {
  const single = stacked([histogramOf({ ...DATA, edges: [2, 2], counts: [5] }, 0)!], 10)!;
  expect(single.rows[0]!.shares.reduce((sum, share) => sum + share, 0)).toBe(1);
  expect(stacked([histogramOf({ ...DATA, edges: [], counts: [] }, 0)!])).toBeNull();
});
