import { describe, expect, it } from "vitest";

import { inOrder, matcherOf, placesOfCharts, placesWithin, sectionsOf, type Named } from "./sections";

const metric = (label: string, is_load = false): Named => ({ label, name: label.replace(/\[.*$/, ""), is_load });
const few = [metric("loss"), metric("train/loss"), metric("train/acc[a/b]"), metric("val/loss"), metric("gpu.0", true), metric("acc[val/x]")];
const metrics = [...few, ...Array.from({ length: 9 }, (_, at) => metric(`layer/${at}`))];
const sizes = { width: 1000, chartHeight: 200, headHeight: 30, gap: 20, leastWidth: 320 };

describe("sections", () => {
  it("go by what stands before the first slash of the name, not of its context", () => {
    const { sections } = sectionsOf(metrics, [], "");
    expect(sections.map(({ prefix, metrics: of }) => [prefix, of.map((one) => one.label)])).toEqual([
      ["", ["loss", "acc[val/x]"]],
      ["train/", ["train/loss", "train/acc[a/b]"]],
      ["val/", ["val/loss"]],
      ["layer/", Array.from({ length: 9 }, (_, at) => `layer/${at}`)],
      ["system", ["gpu.0"]],
    ]);
  });
  it("aren't made of few charts: only the load stands apart", () => {
    const { sections } = sectionsOf(few, ["val/loss"], "");
    expect(sections.map(({ prefix, metrics: of }) => [prefix, of.map((one) => one.label)])).toEqual([
      ["", ["val/loss", "loss", "train/loss", "train/acc[a/b]", "acc[val/x]"]],
      ["system", ["gpu.0"]],
    ]);
    expect(placesOfCharts(sections, () => false, sizes).places.map((place) => place.kind).slice(0, 2)).toEqual(["chart", "chart"]);
  });
  it("begin with what was pinned, in that order", () => {
    const { sections } = sectionsOf(metrics, ["val/loss", "gone", "loss"], "");
    expect(sections[0]).toMatchObject({ prefix: "pinned", metrics: [{ label: "val/loss" }, { label: "loss" }] });
    expect(sections.flatMap((one) => one.metrics).length).toBe(metrics.length);
  });
  it("are searched by regular expression", () => {
    expect(sectionsOf(metrics, [], "^(train|val)/LOSS$").found).toBe(2);
  });
  it("take what is no regular expression as text, and say so", () => {
    expect(matcherOf("acc[").isMatch("train/acc[a/b]")).toBe(true);
    expect(matcherOf("acc[").error).toContain("text");
  });
});

describe("places of charts", () => {
  const { sections } = sectionsOf(metrics, [], "");
  it("fill rows, section by section", () => {
    const { places, height } = placesOfCharts(sections, () => false, sizes);
    expect(places.map(({ kind, key, top }) => [kind, key, top]).slice(0, 4)).toEqual([["head", "head ", 0], ["chart", "loss", 30], ["chart", "acc[val/x]", 30], ["head", "head train/", 250]]);
    expect(height).toBe(4 * (30 + 220) + 30 + 3 * 220);
  });
  it("leave out what is closed", () => {
    const { places } = placesOfCharts(sections, (prefix) => prefix === "", sizes);
    expect(places[1]).toMatchObject({ key: "head train/", top: 30 });
  });
  it("share a row where they are few, up to half of it each", () => {
    const wide = (count: number) => placesOfCharts(sectionsOf(few.slice(0, count), [], "").sections, () => false, { ...sizes, width: 1420 }).places[0]!;
    expect([1, 2, 3, 4].map((count) => (wide(count) as { width: number }).width)).toEqual([700, 700, 460, 340]);
  });
  it("are one column on a phone", () => {
    const { places } = placesOfCharts(sectionsOf([metric("a"), metric("b")], [], "").sections, () => false, { ...sizes, width: 300 });
    expect(places.map((one) => (one.kind === "chart" ? [one.left, one.top, one.width] : []))).toEqual([[0, 0, 300], [0, 220, 300]]);
  });
  it("are few for a window on very many", () => {
    const many = Array.from({ length: 10_000 }, (_, at) => metric(`m${at}`));
    const { places, height } = placesOfCharts(sectionsOf(many, [], "").sections, () => false, sizes);
    const seen = placesWithin(places, height / 2, height / 2 + 900);
    expect(seen.length).toBeLessThanOrEqual(18);
    expect(seen.length).toBeGreaterThanOrEqual(12);
  });
});

it("names are counted, not spelled, and the one that leads stands first", () => {
  const names = ["loss", "layer_10", "layer_2", "Acc", "val/loss"].map((label) => metric(label));
  expect(inOrder(names, null).map((one) => one.label)).toEqual(["Acc", "layer_2", "layer_10", "loss", "val/loss"]);
  expect(inOrder(names, "loss")[0]?.label).toBe("loss");
});

it("what decides stands first, then what is better one way, what is measured while training, the rest", () => {
  const metric = (label: string, direction: "min" | "max" | null = null) => ({ label, name: label, is_load: false, direction });
  const all = [metric("epoch"), metric("train/loss", "min"), metric("val/a/error", "min"), metric("loss", "min"), metric("acc", "max")];
  expect(inOrder(all, "acc").map((one) => one.label)).toEqual(["acc", "loss", "val/a/error", "train/loss", "epoch"]);
});
