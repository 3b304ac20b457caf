import { expect, test } from "vitest";

import type { Compare } from "../api/contract";
import { sectionsOf } from "./differences";

const compared: Compare = {
  runs: [],
  params: [{ key: "lr", texts: ["0.1", "0.2", null], differs: true }, { key: "seed", texts: ["0", "0", "0"], differs: false }],
  context: [{ key: "git.branch", texts: ["main", "main", "main"], differs: false }],
  metrics: [{ label: "acc", values: [0.5, 0.75, "NaN"], direction: "max", best: [1] }, { label: "same", values: [1, 1, 1], direction: null, best: [] }],
  data: [],
  verdict: null,
  importance: null,
  importance_note: null,
};

test("what is equal is counted, not shown", () => {
  expect(sectionsOf(compared, -1, false).map(({ title, rows, equal }) => [title, rows.map((row) => row.key), equal])).toEqual([
    ["Params", ["lr"], 1],
    ["Metrics", ["acc"], 1],
    ["Code and environment", [], 1],
  ]);
  expect(sectionsOf(compared, -1, true)[0]!.rows).toHaveLength(2);
});

test("the best stands out, and values are held against the baseline", () => {
  const acc = sectionsOf(compared, 0, false)[1]!.rows[0]!;
  expect(acc.cells.map(({ text, detail, tone }) => [text, detail, tone])).toEqual([["0.50", "", ""], ["0.75", "+0.25", "best"], ["NaN", "NaN", ""]]);
  const lr = sectionsOf(compared, 0, false)[0]!.rows[0]!;
  expect(lr.cells.map((cell) => cell.tone)).toEqual(["same", "", "none"]);
});
