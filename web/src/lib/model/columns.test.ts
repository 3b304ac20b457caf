import { describe, expect, it } from "vitest";

import type { Column } from "../api/contract";
import { cellText, firstColumns, labelOf, metricField, paramField, parseColumn, printColumn, splitNames, titleOf } from "./columns";

const column = (name: string, more: Partial<Column> = {}): Column => ({ name, kind: "number", unit: null, direction: null, alias: null, ...more });

describe("names of columns", () => {
  it("are split at commas outside of quotes and brackets", () => {
    expect(splitNames("params.lr, metrics.a[x,y],params.`a,b`,")).toEqual(["params.lr", "metrics.a[x,y]", "params.`a,b`"]);
  });
  it("are read with their statistic", () => {
    expect(parseColumn("metrics.loss[val].min")).toEqual({ section: "metrics", name: "loss[val]", statistic: "min" });
    expect(parseColumn("metrics.`loss.min`")).toEqual({ section: "metrics", name: "loss.min", statistic: "last" });
    expect(parseColumn("params.a.min")).toEqual({ section: "params", name: "a.min", statistic: "last" });
    expect(parseColumn("duration").section).toBe("attributes");
  });
  it.each(["metrics.loss", "metrics.loss[val].max_step", "metrics.`loss.min`.best", "params.`my ``key`", "params.données", "tags", "tags.team", "context.git.branch", "user"])(
    "%s is written as it was read",
    (name) => expect(printColumn(parseColumn(name))).toBe(name),
  );
  it("are those of metrics by their labels, and of params", () => {
    expect(metricField("acc[val]", "best")).toBe("metrics.acc[val].best");
    expect(metricField("val/top 5", "min")).toBe("metrics.`val/top 5`.min");
    expect(metricField("a`b.c[test]")).toBe("metrics.`a``b.c[test]`");
    expect(metricField("loss.count")).toBe("metrics.`loss.count`");
    expect(paramField("optimizer.lr")).toBe("params.optimizer.lr");
    expect(paramField("a b")).toBe("params.`a b`");
  });
  it("may have their context behind the quotes", () => {
    expect(parseColumn("metrics.`top 5`[test].best")).toEqual({ section: "metrics", name: "top 5[test]", statistic: "best" });
  });
  it("become labels of metrics", () => {
    expect(labelOf("metrics.loss[val].min")).toBe("loss[val].min");
    expect(labelOf("params.lr")).toBeNull();
  });
});

describe("what a table shows", () => {
  it("heads columns with alias, statistic and unit", () => {
    expect(titleOf(column("metrics.acc.max_step", { alias: "accuracy" }))).toEqual({ title: "accuracy", detail: "step of max" });
    expect(titleOf(column("metrics.t", { unit: "s" }))).toEqual({ title: "t", detail: "s" });
  });
  it("says cells by their kind", () => {
    expect(cellText(column("params.seed"), 1000)).toBe("1000");
    expect(cellText(column("metrics.n"), 1000)).toBe("1,000");
    expect(cellText(column("metrics.n"), "-Infinity")).toBe("−∞");
    expect(cellText(column("dirty", { kind: "boolean" }), false)).toBe("no");
    expect(cellText(column("duration", { kind: "duration" }), 61)).toBe("1 min 01 s");
    expect(cellText(column("params.x"), null)).toBe("");
  });
  it("begins with what most runs have, in the order of names, without machine load", () => {
    const metric = (name: string, runs: number) => ({ name, group: "metrics" as const, runs, direction: null });
    const fields = [..."abcdefgh"].map((name, at) => metric(`metrics.${name}`, at));
    expect(firstColumns([...fields, metric("metrics.system/cpu", 99)], true)).toEqual([
      "metrics.c", "metrics.d", "metrics.e", "metrics.f", "metrics.g", "metrics.h", "duration", "started",
    ]); // prettier-ignore
    expect(firstColumns(fields, true, "metrics.a > 0.5 and metrics.h < 1")).toContain("metrics.a");
  });
});
