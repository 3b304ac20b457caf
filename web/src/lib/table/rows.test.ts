import { expect, it } from "vitest";

import type { Column } from "../api/contract";
import { isBetter, linesUnder, placeOf, type GroupLine } from "./rows";

const group = (n: number, listed = n): GroupLine => ({ label: "", key: {}, n, runs: Array.from({ length: listed }, (_, at) => String(at)), metrics: {} });

it("puts members under their groups", () => {
  const open = [{ at: 1, group: group(2) }, { at: 2, group: group(60, 50) }]; // prettier-ignore
  const found = [0, 1, 2, 3, 4, 5, 55, 56].map((index) => placeOf(open, index)).map(({ group: at, under }) => [at, under]);
  expect(found).toEqual([[0, null], [1, null], [1, 0], [1, 1], [2, null], [2, 0], [2, 50], [3, null]]); // prettier-ignore
});
it("counts the members and the line for those that aren't listed", () => {
  expect(linesUnder(group(3))).toBe(3);
  expect(linesUnder(group(60, 50))).toBe(51);
});
it("says what is better as the metric's direction has it", () => {
  const column: Column = { name: "metrics.loss", kind: "number", unit: null, direction: "min", alias: null };
  expect(isBetter(column, -1)).toBe(true);
  expect(isBetter(column, 1)).toBe(false);
  expect(isBetter({ ...column, direction: null }, 1)).toBeNull();
});
