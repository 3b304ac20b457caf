import { expect, it } from "vitest";

import { movedBy } from "./moving";

const room = { rows: 10, columns: 3, page: 4 };
const from = { row: 8, column: 0 };
it.each([
  ["ArrowDown", false, 9, 0],
  ["ArrowUp", false, 7, 0],
  ["PageDown", false, 9, 0],
  ["PageUp", false, 4, 0],
  ["ArrowLeft", false, 8, -1],
  ["ArrowRight", true, 8, 2],
  ["Home", false, 8, -1],
  ["Home", true, 0, 0],
  ["End", true, 9, 0],
] as const)("%s (with control: %s) leads to row %i, column %i", (key, ctrlKey, row, column) => {
  expect(movedBy({ key, ctrlKey }, from, room)).toEqual({ row, column });
});
it("leaves other keys, and tables without rows, alone", () => {
  expect(movedBy({ key: "a", ctrlKey: false }, from, room)).toBeNull();
  expect(movedBy({ key: "End", ctrlKey: false }, from, { ...room, rows: 0 })).toBeNull();
});
