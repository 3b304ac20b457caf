import { expect, test } from "vitest";

import { dotBeside, nearestDot, rankCorrelation } from "./scatter";

const dots = { x: Float32Array.from([0, 10, 10, Number.NaN, 30]), y: Float32Array.from([0, 5, 5, 2, 0]) };

test("the nearest dot within reach is found, and never one without a place", () => {
  expect(nearestDot(dots, 28, 1, 8)).toBe(4);
  expect(nearestDot(dots, 20, 40, 8)).toBe(-1);
  expect(nearestDot({ x: Float32Array.of(Number.NaN), y: Float32Array.of(0) }, 0, 0, 1e6)).toBe(-1);
});

test("arrows walk over all dots, those at one place too", () => {
  expect(dotBeside(dots, -1, 1, 0)).toBe(0);
  expect(dotBeside(dots, 0, 1, 0)).toBe(1);
  expect(dotBeside(dots, 1, 1, 0)).toBe(2);
  expect(dotBeside(dots, 2, 1, 0)).toBe(4);
  expect(dotBeside(dots, 4, 1, 0)).toBe(4);
  expect(dotBeside(dots, 0, 0, -1)).toBe(0);
});

test("rank correlation sees order, shares ties, and says when it can't be told", () => {
  expect(rankCorrelation([1, 2, 3, 4], [1, 10, 100, 1000])).toBeCloseTo(1);
  expect(rankCorrelation([1, 2, 3, 4], [4, 3, 2, 1])).toBeCloseTo(-1);
  // As scipy.stats.spearmanr has it.
  expect(rankCorrelation([1, 2, 2, 3, 5], [2, 1, 4, 3, 5])).toBeCloseTo(0.6668859, 6);
  expect(rankCorrelation([1, 2, Number.NaN], [1, 2, 3])).toBeNull();
  expect(rankCorrelation([1, 1, 1], [1, 2, 3])).toBeNull();
});
