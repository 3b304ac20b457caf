import { describe, expect, it } from "vitest";

import type { Curve } from "../api/curves";
import { ordered } from "./order";
import { drawingOfStrip } from "./paintStrip";
import { keyOf, linesOf, sceneOf, type SceneSettings } from "./scene";
import { flattened, isStripOf, MOST_ROWS, stripOf } from "./strip";
import { SvgSurface } from "./surface";
import { csvOf, pythonOf, tableOf } from "./table";
import { curveOf, seriesOf } from "./testing";
import { wordsOf } from "./words";

const settings: SceneSettings = { smoothing: 0, isLogX: false, isLogY: false, isRobust: false, zoom: null, band: "range", buckets: 100, isStrip: true };
const linesFrom = (curves: Curve[]) => linesOf(curves.map((curve) => seriesOf(curve.run)), "loss", new Map(curves.map((curve) => [keyOf(curve.run, curve.label), curve])), null, null);
const sceneFrom = (curves: Curve[], groups: { label: string; colour: string; runs: string[] }[] | null = null, more: Partial<SceneSettings> = {}) =>
  sceneOf(flattened(linesFrom(curves)), groups, { ...settings, ...more })!;
const values = (...all: number[]) => all.map((value, at) => curveOf(String.fromCharCode(97 + at), [[at * 10, value]], Number.isFinite(value) ? {} : { notFinite: 1 }));

describe("a metric without a course", () => {
  it("is one where no run has more than a point", () => {
    expect(isStripOf(linesFrom(values(1, 2)), false)).toBe(true);
    expect(isStripOf(linesFrom([curveOf("a", [[0, 1]]), curveOf("b", [[0, 1], [1, 2]])]), false)).toBe(false);
    expect(isStripOf([], false)).toBe(false);
  });
  it("may yet get one in a run that has logged its first step", () => {
    const curve = curveOf("a", [[0, 1]]);
    const lines = linesOf([seriesOf("a", { status: "running" })], "loss", new Map([[keyOf("a", "loss"), curve]]), null, null);
    expect([isStripOf(lines, false), isStripOf(lines, true)]).toEqual([false, true]);
  });
  it("has a row for each run, with its difference to the baseline", () => {
    const strip = stripOf(sceneFrom(values(1, 3, 2)), ["c"]);
    expect(strip.rows.map((row) => [row.label, row.mean, row.difference, row.isBaseline])).toEqual([["run a", 1, -1, false], ["run b", 3, 1, false], ["run c", 2, null, true]]);
    expect([strip.reference, strip.bins]).toEqual([2, null]);
  });
  it("has mean and band of groups, whatever step each run logged it at", () => {
    const groups = [{ label: "one", colour: "#111111", runs: ["a", "b"] }, { label: "two", colour: "#222222", runs: ["c"] }];
    const strip = stripOf(sceneFrom(values(1, 3, 7), groups), ["a"]);
    expect(strip.rows.map(({ label, mean, low, high, n, difference }) => [label, mean, low, high, n, difference])).toEqual([["one", 2, 1, 3, 2, null], ["two", 7, 7, 7, 1, 5]]);
  });
  it("is how the values spread where rows would be too many", () => {
    const many = Array.from({ length: MOST_ROWS + 1 }, (_, at) => curveOf(String(at), [[0, at]]));
    expect(stripOf(sceneFrom(many), []).bins!.reduce((sum, bin) => sum + bin.count, 0)).toBe(MOST_ROWS + 1);
  });
  it("says who has no number, and what lies where a log axis doesn't reach", () => {
    const scene = sceneFrom(values(1, NaN, -2), null, { isLogY: true });
    expect(wordsOf(scene, "step", null)).toEqual({ shown: "3 runs, one value each", warnings: ["NaN in run b", "1 value ≤ 0 not on a log axis"] });
  });
  it("is drawn with a dot a run and nothing that is no number", () => {
    const surface = new SvgSurface();
    const scene = sceneFrom(values(1, NaN, 3));
    const look = { ink: "#000", soft: "#000", faint: "#000", line: "#000", ground: "#fff", accent: "#00f" };
    drawingOfStrip(stripOf(scene, ["a"]), scene, { run: null, group: null })(surface, { width: 300, height: 150 }, look);
    const svg = surface.text(300, 150, "#fff");
    expect(svg).not.toContain("NaN");
    expect(svg.match(/<path[^>]*fill="#123456"/g)).toHaveLength(2);
  });
  it("goes into tables, CSV and code as values", () => {
    const scene = sceneFrom(values(1, 3));
    expect(tableOf(scene).columns).toEqual(["value"]);
    expect(csvOf(scene)).toBe("run,name,metric,value\na,run a,loss,1\nb,run b,loss,3\n");
    expect(pythonOf(scene, "loss", null)).toContain('plt.plot(series.value[-1:], [run.label], "o")');
  });
});

describe("points without steps", () => {
  it("are counted in the order of time", () => {
    const curve = ordered(curveOf("a", [[1000, 5], [1500, 6], [9000, NaN]], { nan: [9000], notFinite: 1 }));
    expect([...curve.xFirst]).toEqual([1, 2, 3]);
    expect(curve.nan).toEqual([3]);
  });
  it("keep their places in buckets of several", () => {
    const rows = curveOf("a", [[1000, 5], [2000, 6]], { isRaw: false, count: Uint32Array.of(3, 4) });
    const curve = ordered(rows);
    expect([[...curve.xFirst], [...curve.xLast]]).toEqual([[1, 4], [3, 7]]);
  });
});
