import { describe, expect, it } from "vitest";

import { smoothedOverPoints, smoothedOverX } from "./smoothing";

const f = (...values: number[]) => Float64Array.from(values);
const ones = (count: number) => new Uint32Array(count).fill(1);

describe("smoothing over points", () => {
  it("is the debiased mean of TensorBoard", () => {
    // last = last * s + (1 - s) * y; last / (1 - s ** n)
    const [y, strength] = [[3, 1, 4, 1, 5], 0.6];
    let last = 0;
    const expected = y.map((value, at) => (last = last * strength + (1 - strength) * value) / (1 - strength ** (at + 1)));
    smoothedOverPoints(f(...y), ones(5), strength).forEach((value, at) => expect(value).toBeCloseTo(expected[at]!, 12));
  });
  it("keeps a constant, however few points there are", () => expect([...smoothedOverPoints(f(2, 2, 2), ones(3), 0.99)].map((v) => v.toFixed(9))).toEqual(Array(3).fill("2.000000000")));
  it("lets a bucket of many points weigh as many", () => {
    const many = smoothedOverPoints(f(0, 0, 0, 1, 1, 1), ones(6), 0.8);
    const few = smoothedOverPoints(f(0, 1), Uint32Array.of(3, 3), 0.8);
    expect(few[1]).toBeCloseTo(many[5]!, 12);
  });
});

describe("smoothing over x", () => {
  it("equals the one over points where points are one unit apart", () => {
    const y = f(3, 1, 4, 1, 5);
    const expected = smoothedOverPoints(y, ones(5), 0.7);
    smoothedOverX(f(0, 2, 4, 6, 8), y, 0.7, 2).forEach((value, at) => expect(value).toBeCloseTo(expected[at]!, 12));
  });
  it("starts at the first value, not at 0", () => expect(smoothedOverX(f(0, 1), f(7, 7), 0.99, 1)[0]).toBe(7));
  it("leaves gaps where they are and goes on behind them", () => {
    const out = smoothedOverX(f(0, 1, 2, 3), f(2, NaN, Infinity, 2), 0.9, 1);
    expect(out[1]).toBeNaN();
    expect(out[2]).toBeNaN();
    expect(out[3]).toBeCloseTo(2, 12);
  });
  it("changes nothing at strength 0", () => expect([...smoothedOverX(f(0, 1), f(3, 9), 0, 1)]).toEqual([3, 9]));
});
