import { expect, test } from "vitest";

import { luminanceOf } from "./colours";
import { colourAt, sayValue, scaleOf, suggestsLog } from "./scales";

test("numbers stand between the least and the greatest, and come back", () => {
  const scale = scaleOf("number", [3, null, Number.NaN, 1, 2]);
  expect([1, 2, 3].map(scale.place)).toEqual([0, 0.5, 1]);
  expect(scale.value(0.25)).toBe(1.5);
  expect(scale.place(null)).toBeNaN();
  expect(scale.place(Number.NaN)).toBeNaN();
  expect(scale.place("1")).toBeNaN();
});

test("a log scale has powers at equal distances and no place for what isn't above 0", () => {
  const scale = scaleOf("number", [1e-4, 0, 1e-2], true);
  expect(scale.place(1e-3)).toBeCloseTo(0.5);
  expect(scale.value(0.5)).toBeCloseTo(1e-3);
  expect(scale.place(0)).toBeNaN();
  expect(scaleOf("number", [-1, 0], true).isLog).toBe(false);
});

test("one value alone stands in the middle", () => {
  for (const value of [5, 0, -2]) expect(scaleOf("number", [value]).place(value)).toBeCloseTo(0.5);
  expect(scaleOf("number", [5], true).place(5)).toBeCloseTo(0.5);
  expect(scaleOf("number", []).ticks(4).length).toBeGreaterThan(0);
});

test("texts stand in their natural order, in the middle of their lanes", () => {
  const scale = scaleOf("text", ["b10", "b9", null, "b9", "a"]);
  expect(scale.categories).toEqual(["a", "b9", "b10"]);
  expect(scale.place("b9")).toBeCloseTo(0.5);
  expect(scale.categories[scale.value(0.99)]).toBe("b10");
  expect(scale.place("c")).toBeNaN();
  expect(scaleOf("text", Array.from({ length: 90 }, (_, at) => `n${at}`)).ticks(10)).toHaveLength(10);
});

test("ticks lie within the scale", () => {
  for (const kind of ["number", "time", "duration"] as const)
    for (const { at } of scaleOf(kind, [1e5, 7.3e7]).ticks(5)) expect(at >= -1e-9 && at <= 1 + 1e-9).toBe(true);
});

test("a log scale is suggested over two powers of ten above 0", () => {
  expect(suggestsLog("number", [1e-4, 1e-2])).toBe(true);
  expect(suggestsLog("number", [0, 1e-4, 1e-2])).toBe(false);
  expect(suggestsLog("number", [1, 99])).toBe(false);
  expect(suggestsLog("text", ["1", "1000"])).toBe(false);
});

test("colours grow lighter with the value", () => {
  for (const theme of ["light", "dark"] as const) {
    const lights = Array.from({ length: 21 }, (_, at) => luminanceOf(colourAt(at / 20, theme)));
    expect(lights).toEqual([...lights].sort((a, b) => a - b));
  }
});

test("values are said by their kind", () => {
  expect([sayValue("duration", 75), sayValue("text", "a"), sayValue("number", null), sayValue("number", 0.5)]).toEqual(["1 min 15 s", "a", "–", "0.5"]);
});

test("the few values that were tried are the ticks, unless they stand too close", () => {
  const texts = (values: number[], isLog = false) => scaleOf("number", values, isLog).ticks(7).map((tick) => tick.text);
  expect(texts([16, 64, 256, 64])).toEqual(["16", "64", "256"]);
  expect(texts([12])).toEqual(["12"]);
  expect(texts([1e-4, 1e-2], true)).toEqual(["0.0001", "0.01"]);
  expect(texts([0, 1, 1000])).not.toContain("1");
  expect(texts([0.123456789, 0.5])).not.toContain("0.1235");
});
