import { describe, expect, it } from "vitest";

import type { Column, RunLine } from "../api/contract";
import { csvOf, markdownOf, pythonOf } from "./tableText";

const column = (name: string, kind: Column["kind"] = "number"): Column => ({ name, kind, unit: null, direction: null, alias: null });
const line = (label: string, ...values: RunLine["values"]): RunLine => ({
  id: "0".repeat(32), short: "00000000", label, experiment: null, status: "finished", started_ms: null, ended_ms: null, seconds: null,
  colour: null, is_archived: false, is_deleted: false, tags: [], parent: null, silent_seconds: null, parts: 0, values,
}); // prettier-ignore
const columns = [column("metrics.acc"), column("params.note", "text"), column("started", "time")];

describe("a table of runs as text", () => {
  it("is CSV with every digit, and nothing that a spreadsheet would run", () => {
    const text = csvOf(columns, [line("a,b", 0.1 + 0.2, "=cmd()", 0), line("-x", "-Infinity", null, null)]);
    expect(text.split("\n")[1]).toBe(`${"0".repeat(32)},"a,b",finished,0.30000000000000004,'=cmd(),1970-01-01T00:00:00.000Z`);
    expect(text.split("\n")[2]).toBe(`${"0".repeat(32)},'-x,finished,-Infinity,,`);
  });
  it("is Markdown whose cells can't break out of it", () => {
    expect(markdownOf(columns.slice(0, 2), [line("a|b", 0.5, "x\ny")])).toBe("| run | acc | note |\n| --- | ---: | --- |\n| a\\|b | 0.5 | x y |\n");
    expect(markdownOf([], [line("a")])).toBe("| run |\n| --- |\n| a |\n");
  });
  it("is Python with the filter, the order and the experiment", () => {
    const asked = { filter: 'params.a = "é" limit 3', sort: [{ name: "metrics.acc", isDescending: true }], experiment: 'x"', ids: null };
    const text = pythonOf(asked, [...columns, column("metrics.acc.min")]);
    expect(text).toContain('search_runs("params.a = \\"\\u00e9\\" order by metrics.acc desc", experiment="x\\"")');
    expect(text).toContain('"metrics.acc",\n    "params.note",\n    "created",\n]');
  });
  it("names chosen runs by their ids", () => {
    expect(pythonOf({ filter: "x", sort: [], experiment: "e", ids: ["ab", "cd"] }, [])).toContain('search_runs("id in (\\"ab\\", \\"cd\\")")');
  });
});
