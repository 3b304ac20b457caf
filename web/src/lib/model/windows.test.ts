import { expect, test } from "vitest";

import { BLOCK, Blocks, blocksOf, columnsIn, slotRows, stretched, together } from "./windows";

test("the blocks of a range reach over its ends, and never beyond the rows", () => {
  expect(blocksOf(0, 30, 1000)).toEqual([0]);
  expect(blocksOf(BLOCK - 5, BLOCK + 5, 1000)).toEqual([0, 1]);
  expect(blocksOf(-5, 5000, 2.5 * BLOCK)).toEqual([0, 1, 2]);
  expect(blocksOf(0, 10, 0)).toEqual([]);
  expect(blocksOf(500, 600, 250)).toEqual([]);
});

test("blocks that follow each other are read together", () => {
  expect(together([3, 4, 5, 9])).toEqual([[3, 4, 5], [9]]);
  expect(together([])).toEqual([]);
});

test("of too many blocks, those go that weren't looked at longest", () => {
  const blocks = new Blocks<string>(2);
  blocks.put(0, ["a"]);
  blocks.put(1, ["b"]);
  expect(blocks.has(0)).toBe(true);
  blocks.put(2, ["c"]);
  expect(blocks.rowAt(0)).toBe("a");
  expect(blocks.rowAt(BLOCK)).toBeUndefined();
  expect(blocks.rowAt(2 * BLOCK)).toBe("c");
  expect(blocks.rowAt(2 * BLOCK + 1)).toBeUndefined();
});

test("columns in a window are those that any part of is seen", () => {
  const widths = [100, 50, 80, 200];
  const starts = [0, 100, 150, 230];
  expect(columnsIn(starts, widths, 0, 120)).toEqual([0, 1]);
  expect(columnsIn(starts, widths, 100, 50)).toEqual([1, 1]);
  expect(columnsIn(starts, widths, 149, 2)).toEqual([1, 2]);
  expect(columnsIn(starts, widths, 400, 100)).toEqual([3, 3]);
});

test("scrolling by a row gives one element another row", () => {
  const before = slotRows(10, 5);
  const after = slotRows(11, 5);
  expect([...before].sort()).toEqual([10, 11, 12, 13, 14]);
  expect(before.filter((row, slot) => after[slot] !== row)).toEqual([10]);
});

test("rows that are here are told with their places, and can be changed in place", () => {
  const blocks = new Blocks<string>();
  blocks.put(2, ["c"]);
  blocks.put(0, ["a", "b"]);
  blocks.change((row) => (row === "b" ? "B" : row));
  expect([...blocks.entries()]).toEqual([[0, "a"], [1, "B"], [2 * BLOCK, "c"]]); // prettier-ignore
});

test("very many rows are placed in as many pixels as browsers have, and the last can be reached", () => {
  expect(stretched(1000, 500)).toEqual({ tall: 1000, scale: 1 });
  const { tall, scale } = stretched(26_000_000, 800);
  expect((tall - 800) * scale).toBeCloseTo(26_000_000 - 800);
});
