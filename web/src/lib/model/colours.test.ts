import { describe, expect, it } from "vitest";

import { HUES, PALETTE, colourOf, contrastOf, dashesOf, groupColours, linearOf, readableOn } from "./colours";

// Machado, Oliveira and Fernandes 2009, severity 1.
const EYES = {
  usual: [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
  protan: [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
  deutan: [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
};

function oklab(colour: string, eye: number[][]): number[] {
  const seen = eye.map((row) => Math.max(0, dot(row, linearOf(colour))));
  const cones = [[0.4122214708, 0.5363325363, 0.0514459929], [0.2119034982, 0.6806995451, 0.1073969566], [0.0883024619, 0.2817188376, 0.6299787005]].map(
    (row) => Math.cbrt(dot(row, seen)),
  );
  return [[0.2104542553, 0.793617785, -0.0040720468], [1.9779984951, -2.428592205, 0.4505937099], [0.0259040371, 0.7827717662, -0.808675766]].map((row) =>
    dot(row, cones),
  );
}
const dot = (one: number[], other: number[]) => one.reduce((sum, value, at) => sum + value * (other[at] ?? 0), 0);

describe("the palette", () => {
  it.each(PALETTE)("%s can be seen on light and dark ground", (colour) => {
    expect(contrastOf(colour, "#ffffff")).toBeGreaterThanOrEqual(3);
    expect(contrastOf(colour, "#131519")).toBeGreaterThanOrEqual(3);
  });
  it.each(Object.entries(EYES))("has hues that stay apart for %s eyes", (_, eye) => {
    for (const [at, one] of HUES.entries()) {
      for (const other of HUES.slice(at + 1)) {
        const [a, b] = [oklab(one, eye), oklab(other, eye)];
        expect(Math.hypot(...a.map((value, axis) => value - (b[axis] ?? 0))), `${one} ${other}`).toBeGreaterThan(0.085);
      }
    }
  });
  it("has no colour twice", () => expect(new Set(PALETTE).size).toBe(PALETTE.length));
});

describe("colours of runs and groups", () => {
  it("come from the id alone, so they never move", () => {
    expect(colourOf("0190a7c1e2b34d5e8f60718293a4b5c6")).toBe(colourOf("0190a7c1e2b34d5e8f60718293a4b5c6"));
    expect(colourOf("0190a7c1e2b34d5e8f60718293a4b5c6")).toMatch(/^#[0-9a-f]{6}$/);
  });
  it("keep what somebody chose", () => expect(colourOf("a", "#123456")).toBe("#123456"));
  it("use the whole palette for ids that differ little", () => {
    const used = new Set(Array.from({ length: 400 }, (_, at) => colourOf(`0190a7c1e2b34d5e8f6071829300${at.toString(16).padStart(4, "0")}`)));
    expect(used.size).toBe(PALETTE.length);
  });
  it("never give two of eight groups one colour, and don't depend on their order", () => {
    const labels = ["0.0", "0.05", "0.1", "0.2", "0.3", "0.4", "0.5", "0.6"];
    const colours = groupColours(labels);
    expect(new Set(colours.values()).size).toBe(8);
    expect(groupColours([...labels].reverse())).toEqual(colours);
  });
  it("tell apart by dashes what shares a colour", () => {
    const [first, second, third] = dashesOf(["#111111", "#222222", "#111111"]);
    expect(first).toEqual([]);
    expect(second).toEqual([]);
    expect(third).not.toEqual([]);
  });
});

it("moves a colour that can't be read on a ground until it can", () => {
  for (const colour of ["#ffff00", "#ff8700", "#ffffff", "#000000", "#123456"]) {
    for (const [ground, ink] of [["#fff", "#1a1c1f"], ["#131519", "#e6e8eb"]] as const) {
      expect(contrastOf(readableOn(colour, ground, ink), ground === "#fff" ? "#ffffff" : ground)).toBeGreaterThanOrEqual(4.5);
    }
  }
  expect(readableOn("#123456", "#fff", "#000")).toBe("#123456");
});
