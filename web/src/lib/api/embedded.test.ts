import { expect, test } from "vitest";

import type { RunLine } from "./contract";
import { sliced, type Curve } from "./curves";
import { EmbeddedSource, type Embedded } from "./embedded";

const line = (id: string, values: number[]) => ({ id, values }) as unknown as RunLine;
const column = (name: string) => ({ name, kind: "number" as const, unit: null, direction: null, alias: null });

const field = (name: string) => ({ name, group: name.split(".")[0] });

const data: Embedded = {
  version: 1,
  written_ms: 0,
  path: "/compare?runs=a,b",
  answers: { "/compare": { runs: [] }, "/metrics?search=x": { items: [] }, "/runs/fields": { items: [field("params.lr"), field("metrics.loss"), field("metrics.acc")], total: 3, next: null } },
  table: {
    columns: [column("params.lr"), column("metrics.loss")],
    folded: 0,
    rows: [line("a", [0.1, 1]), line("b", [0.2, 2])],
    total: 2,
    offset: 0,
    next: null,
    notes: [],
    freshness: { is_current: true, behind_points: 0, cursor: "", problems: 0 },
  },
  curves: {},
};

test("runs are answered with the columns that are asked for", async () => {
  const table = await new EmbeddedSource(data).get<Embedded["table"]>("/runs", { columns: "metrics.loss,params.none", ids: "b" });
  expect(table.total).toBe(1);
  expect(table.rows[0]?.values).toEqual([2, null]);
  expect(table.columns.map((one) => one.name)).toEqual(["metrics.loss", "params.none"]);
});

test("fields are answered by group and by name", async () => {
  const ask = async (query: Record<string, string>) => (await new EmbeddedSource(data).get<{ items: { name: string }[] }>("/runs/fields", query)).items.map((one) => one.name);
  expect(await ask({ group: "metrics" })).toEqual(["metrics.loss", "metrics.acc"]);
  expect(await ask({ group: "metrics", search: "LO" })).toEqual(["metrics.loss"]);
  expect(await ask({ search: "(" })).toEqual([]);
  expect(await ask({ limit: "5" })).toHaveLength(3);
});

test("what the file doesn't hold is refused in words", async () => {
  const source = new EmbeddedSource(data);
  await expect(source.get("/runs/a")).rejects.toMatchObject({ code: "not_embedded", hint: "the store that it was made from has it: runlore ui" });
  await expect(source.post()).rejects.toMatchObject({ code: "not_embedded" });
  await expect(source.get("/compare", { runs: "a,b" })).resolves.toEqual({ runs: [] });
});

test("a slice of a curve holds the rows that reach into the range", () => {
  const rows = Float64Array.of(0, 10, 20, 30);
  const curve = {
    xFirst: rows, xLast: rows.map((x) => x + 5), min: rows, max: rows, mean: rows,
    count: Uint32Array.of(1, 2, 3, 4), nan: [2, 22], positiveInfinity: [], negativeInfinity: [],
  } as unknown as Curve; // prettier-ignore
  const cut = sliced(curve, 12, 24);
  expect([...cut.xFirst]).toEqual([10, 20]);
  expect(cut.points).toBe(5);
  expect(cut.nan).toEqual([22]);
  expect(sliced(curve, null, null)).toBe(curve);
});
