import { expect, test } from "vitest";

import type { Cell } from "../api/contract";
import { arranged, cellText, isNumeric } from "./dataTable";

const ROWS: Cell[][] = [["b", 2], ["a", null], ["c", "NaN"], ["item 10", -1], ["item 9", "Infinity"]];

test("rows are found by any cell, whatever its case", () => {
  expect(arranged(ROWS, "ITEM", null)).toEqual([3, 4]);
  expect(arranged(ROWS, "  ", null)).toEqual([0, 1, 2, 3, 4]);
  expect(arranged(ROWS, "-1", null)).toEqual([3]);
});

test("what is no number stands last in both directions", () => {
  expect(arranged(ROWS, "", { column: 1, isDescending: false })).toEqual([3, 0, 4, 2, 1]);
  expect(arranged(ROWS, "", { column: 1, isDescending: true })).toEqual([4, 0, 3, 2, 1]);
});

test("texts are ordered as one reads them", () => {
  expect(arranged(ROWS, "", { column: 0, isDescending: false })).toEqual([1, 0, 2, 4, 3]);
});

test("cells and kinds of columns", () => {
  expect([cellText(null), cellText("NaN"), cellText("-Infinity"), cellText(true), cellText(undefined)]).toEqual(["–", "NaN", "−∞", "true", "–"]);
  expect([isNumeric(ROWS, 1), isNumeric(ROWS, 0), isNumeric([], 0)]).toEqual([true, false, false]);
});

test("numbers that are texts in a file without types are ordered as numbers", () => {
  const rows: Cell[][] = [["10"], ["9.5"], ["nan"], ["-1e3"], ["inf"]];
  expect(isNumeric(rows, 0)).toBe(true);
  expect(arranged(rows, "", { column: 0, isDescending: false })).toEqual([3, 1, 0, 4, 2]);
});
