import { describe, expect, it } from "vitest";

import { nearTo } from "./nearest";
import { paintScene } from "./paint";
import { projectionOf } from "./projection";
import { keyOf, linesOf, MOST_LINES, sceneOf, type SceneSettings } from "./scene";
import { SvgSurface } from "./surface";
import { curveOf, seriesOf } from "./testing";
import { wordsOf } from "./words";
import type { Curve } from "../api/curves";

const settings: SceneSettings = { smoothing: 0, isLogX: false, isLogY: false, isRobust: false, zoom: null, band: "std", buckets: 100 };
const box = { left: 0, top: 0, width: 100, height: 100 };
const tableOf = (curves: Curve[]) => new Map(curves.map((curve) => [keyOf(curve.run, curve.label), curve]));
function sceneWith(curves: Curve[], more: Partial<SceneSettings> = {}, groups: { label: string; colour: string; runs: string[] }[] | null = null) {
  const lines = linesOf(curves.map((curve) => seriesOf(curve.run)), "loss", tableOf(curves), null, null);
  return sceneOf(lines, groups, { ...settings, ...more })!;
}
function drawn(scene: ReturnType<typeof sceneWith>): string {
  const surface = new SvgSurface();
  paintScene(surface, scene, projectionOf(scene, box));
  return surface.text(100, 100, "#fff");
}

describe("a scene", () => {
  it("is nothing without points", () => expect(sceneOf([], null, settings)).toBeNull());
  it("spans all runs, and some height around them", () => {
    const scene = sceneWith([curveOf("a", [[0, 1], [10, 2]]), curveOf("b", [[5, 0], [30, 3]])]);
    expect(scene.x).toEqual({ from: 0, to: 30 });
    expect(scene.y.from).toBeLessThan(0);
    expect(scene.y.to).toBeGreaterThan(3);
  });
  it("stands for a series of one point", () => {
    const scene = sceneWith([curveOf("a", [[7, 2]])]);
    expect([scene.x.from, scene.x.to]).toEqual([6.5, 7.5]);
    expect(drawn(scene)).toContain("<path");
  });
  it("takes the y of the zoomed part alone", () => {
    const scene = sceneWith([curveOf("a", [[0, 900], [10, 1], [20, 2], [30, 900]])], { zoom: { from: 5, to: 25 } });
    expect(scene.y.to).toBeLessThan(3);
  });
  it("is one band where lines can't be told apart", () => {
    const curves = Array.from({ length: MOST_LINES + 1 }, (_, at) => curveOf(String(at), [[0, at], [1, at]]));
    const scene = sceneWith(curves, { band: "runs" });
    expect(scene.groups).toHaveLength(1);
    expect(scene.groups![0]!.line.high[0]).toBe(MOST_LINES);
  });
  it("keeps runs of one group together and leaves out groups without points", () => {
    const groups = [{ label: "one", colour: "#111111", runs: ["a", "b"] }, { label: "none", colour: "#222222", runs: ["z"] }];
    const scene = sceneWith([curveOf("a", [[0, 1], [1, 3]]), curveOf("b", [[0, 3], [1, 5]])], {}, groups);
    expect(scene.groups!.map((group) => group.group.label)).toEqual(["one"]);
    expect([...scene.groups![0]!.mean]).toEqual([2, 4]);
  });
  it("makes a group of the same rows once, whatever is zoomed, smoothed or drawn with them", () => {
    const curves = [curveOf("a", [[0, 1], [1, 3], [2, 5]]), curveOf("b", [[0, 3], [1, 5], [2, 1]])];
    const groups = [{ label: "one", colour: "#111111", runs: ["a", "b"] }];
    const lineWith = (more: Partial<SceneSettings>) => sceneWith(curves, more, groups).groups![0]!.line;
    const first = lineWith({});
    expect(lineWith({ zoom: { from: 0, to: 1 } })).toBe(first);
    expect(lineWith({ smoothing: 0.5 })).toBe(first);
    expect(lineWith({ band: "ci" })).not.toBe(first);
    expect(lineWith({})).toBe(first);
  });
  it("takes fine rows where one zoomed in, and coarse ones around them", () => {
    const [coarse, fine] = [curveOf("a", [[0, 0], [10, 10], [20, 20]], { isRaw: false, outside: 99 }), curveOf("a", [[9, 1], [11, 3]], { outside: 99 })];
    const zoom = { from: 8, to: 12 };
    const lines = linesOf([seriesOf("a")], "loss", tableOf([coarse]), tableOf([fine]), zoom);
    expect([...lines[0]!.line.x]).toEqual([0, 9, 11, 20]);
    const groups = [{ label: "one", colour: "#111111", runs: ["a"] }];
    expect([...sceneOf(lines, groups, { ...settings, zoom })!.groups![0]!.mean]).toContain(3);
  });
});

describe("strokes", () => {
  const paths = (svg: string) => [...svg.matchAll(/d="([^"]*)" fill="none"/g)].map((match) => match[1]!);

  it("leave a gap where a value is NaN, and a dot for a point alone", () => {
    const [line] = paths(drawn(sceneWith([curveOf("a", [[0, 1], [10, 2], [20, NaN], [30, 1], [40, NaN], [50, 2], [60, 1]])])));
    expect(line!.match(/M/g)!.length).toBe(5); // two lines, and the dot's two strokes with its own start
  });
  it("mark NaN where it happened", () => {
    const without = drawn(sceneWith([curveOf("a", [[0, 1], [10, 1]])]));
    const marked = drawn(sceneWith([curveOf("a", [[0, 1], [10, 1]], { nan: [5], notFinite: 1 })]));
    expect(marked.length).toBeGreaterThan(without.length + 20);
  });
  it("run to the edge along the very line, however far off its ends are", () => {
    const scene = sceneWith([curveOf("a", [[-1e9, -1e9], [1e9, 1e9]])], { zoom: { from: -1, to: 1 } });
    scene.y = { from: -1, to: 1 };
    const [line] = paths(drawn(scene));
    expect(line).toBe("M-20 120L120 -20");
  });
  it("never draw what a log axis can't hold", () => {
    const [line] = paths(drawn(sceneWith([curveOf("a", [[0, 10], [1, 0], [2, 100], [3, 1000]])], { isLogY: true })));
    expect(line).not.toContain("NaN");
    expect(line).not.toContain("Infinity");
  });
  it("hold foreign names as text only", () => {
    const surface = new SvgSurface();
    surface.fillText("<script>alert(1)</script>&\"", 0, 0);
    expect(surface.text(1, 1, "#fff")).not.toContain("<script");
  });
});

describe("who is near", () => {
  const scene = sceneWith([curveOf("a", [[0, 0], [10, 0]]), curveOf("b", [[0, 10], [10, 10]]), curveOf("c", [[0, 5], [2, 5]])]);
  const project = projectionOf(scene, box);
  it("is the nearest line first, without those that ended before", () => {
    expect(nearTo(scene, project, 8, project.y(9), []).map((near) => near.kind === "line" && near.one.series.run)).toEqual(["b", "a"]);
  });
  it("differs from the baseline at the same x", () => {
    const found = nearTo(scene, project, 8, project.y(9), ["a"]);
    expect(found.map((near) => [near.difference, near.isBaseline])).toEqual([[10, false], [null, true]]);
  });
  it("differs from the mean of several, of those that are there", () => {
    const both = sceneWith([curveOf("a", [[0, 0], [10, 0]]), curveOf("b", [[0, 4], [10, 4]]), curveOf("c", [[0, 10], [10, 10]])]);
    const found = nearTo(both, projectionOf(both, box), 8, project.y(10), ["a", "b", "gone"]);
    const differences = new Map(found.map((near) => [near.kind === "line" ? near.one.series.run : "", near.difference]));
    expect([differences.get("c"), differences.get("a"), differences.get("b")]).toEqual([8, null, null]);
  });
});

describe("what a chart says", () => {
  it("is n of N points where it shows a part", () => {
    const scene = sceneWith([curveOf("a", [[0, 1], [1, 2]], { points: 2, outside: 20_000 })]);
    expect(wordsOf(scene, "step", { from: 0, to: 1 }).shown).toBe("2 of 20,000 points");
  });
  it("names what isn't finite, where and in whom", () => {
    const scene = sceneWith([curveOf("a", [[0, 1], [500, 1]], { nan: [412, 413], notFinite: 2 }), curveOf("b", [[0, 1]])]);
    expect(wordsOf(scene, "step", null).warnings).toEqual(["2 NaN at 412, 413 in run a"]);
  });
  it("counts what lies outside of a robust range", () => {
    const calm = Array.from({ length: 99 }, (_, at): [number, number] => [at, 1 + (at % 7) / 10]);
    const scene = sceneWith([curveOf("a", [...calm, [99, 1e6]])], { isRobust: true });
    expect(scene.isCut).toBe(true);
    expect(wordsOf(scene, "step", null).warnings).toEqual(["1 point outside"]);
  });
  it("counts what a log axis leaves out", () => {
    const scene = sceneWith([curveOf("a", [[0, 1], [1, 0], [2, -3]])], { isLogY: true });
    expect(wordsOf(scene, "step", null).warnings).toEqual(["2 points ≤ 0 not on a log axis"]);
  });
});
