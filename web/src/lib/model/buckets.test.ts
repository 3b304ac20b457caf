import { describe, expect, it } from "vitest";

import { bucketsFor, lineOf, lowerBound, nearestPlace, spliced, valueAt, window } from "./buckets";
import { rowsOf } from "./testing";

describe("places in ascending values", () => {
  const x = Float64Array.of(0, 10, 10, 20);
  it("finds the first not below", () => expect([-1, 0, 5, 10, 20, 21].map((at) => lowerBound(x, at))).toEqual([0, 0, 1, 1, 3, 4]));
  it("finds the nearest", () => expect([-9, 4, 6, 14, 16, 99].map((at) => nearestPlace(x, at))).toEqual([0, 0, 1, 2, 3, 3]));
  it("finds nothing in nothing", () => expect(nearestPlace(new Float64Array(), 1)).toBe(-1));
  it("takes one neighbour at each side into a window", () => expect(window(Float64Array.of(0, 1, 2, 3, 4), 1.5, 2.5)).toEqual([1, 4]));
});

describe("values between rows", () => {
  const x = Float64Array.of(0, 10, 20);
  it("goes straight between neighbours", () => expect(valueAt(x, Float64Array.of(0, 1, 3), 15)).toBe(2));
  it("says nothing outside and beside gaps", () => {
    expect(valueAt(x, Float64Array.of(0, 1, 3), -1)).toBeNaN();
    expect(valueAt(x, Float64Array.of(0, 1, 3), 21)).toBeNaN();
    expect(valueAt(x, Float64Array.of(0, NaN, 3), 15)).toBeNaN();
  });
});

describe("fine rows in coarse ones", () => {
  const overview = lineOf(rowsOf([[5, 1], [15, 2], [25, 3], [35, 4]], false, 5));
  it("keeps the coarse ones only where the fine ones aren't", () => {
    const both = spliced(overview, lineOf(rowsOf([[12, 8], [14, 9], [18, 7]])), 11, 19);
    expect([...both.x]).toEqual([5, 12, 14, 18, 25, 35]);
    expect([...both.y]).toEqual([1, 8, 9, 7, 3, 4]);
    expect([...both.count]).toEqual([1, 1, 1, 1, 1, 1]);
  });
  it("keeps as few of the coarse ones as are asked for", () => {
    const both = spliced(overview, lineOf(rowsOf([[22, 9]])), 21, 23, 1);
    expect([...both.x]).toEqual([15, 22, 35]);
    expect([...both.xFirst]).toEqual([10, 22, 30]);
  });
  it("stays ascending for a window past the end and for an empty one", () => {
    expect([...spliced(overview, lineOf(rowsOf([])), 100, 200).x]).toEqual([5, 15, 25, 35]);
    expect([...spliced(overview, lineOf(rowsOf([])), -10, 200).x]).toEqual([]);
  });
});

it("a plot keeps its buckets while they are about as wide as pixels", () => {
  expect(bucketsFor(290, 0)).toBe(300);
  expect(bucketsFor(305, 300)).toBe(300); // a scroll bar went
  expect(bucketsFor(400, 300)).toBe(400);
  expect(bucketsFor(150, 300)).toBe(300);
  expect(bucketsFor(120, 300)).toBe(150);
  expect(bucketsFor(9000, 2000)).toBe(2000);
  expect(bucketsFor(20, 100)).toBe(100);
});
