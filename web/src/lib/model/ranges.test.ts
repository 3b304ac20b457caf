import { describe, expect, it } from "vitest";

import { lineOf } from "./buckets";
import { rowsOf } from "./testing";
import { countNotAboveZero, countOutside, extentOf, fullRange, paddedRange, robustRange } from "./ranges";

const line = (values: number[]) => lineOf(rowsOf(values.map((value, at): [number, number] => [at, value])));
const calm = Array.from({ length: 100 }, (_, at) => 1 + Math.sin(at) / 10);

describe("the range of y", () => {
  it("is that of the window alone", () => {
    expect(fullRange([extentOf(line([9, 1, 2, 3, -9]))], 1, 3, false)).toEqual({ from: 1, to: 3 });
  });
  it("passes over NaN and, on a log axis, over what isn't above 0", () => {
    expect(fullRange([extentOf(line([NaN, 2, NaN, 5]))], 0, 3, false)).toEqual({ from: 2, to: 5 });
    expect(fullRange([extentOf(line([-1, 0, 0.5, 5]))], 0, 3, true)).toEqual({ from: 0.5, to: 5 });
    expect(fullRange([extentOf(line([NaN, NaN]))], 0, 3, false)).toBeNull();
  });
  it("leaves a spike out where it is robust, and says how much", () => {
    const spiked = line([...calm.slice(0, 50), 400, ...calm.slice(51)]);
    const range = robustRange([extentOf(spiked)], 0, 99, false)!;
    expect(range.to).toBeLessThan(2);
    expect(countOutside([spiked], 0, 99, range)).toEqual({ count: 1, isExact: true });
  });
  it("is the full one where nothing sticks out", () => {
    const lines = [extentOf(line(calm))];
    expect(robustRange(lines, 0, 99, false)).toEqual(fullRange(lines, 0, 99, false));
  });
  it("has some height and stays above 0 on a log axis", () => {
    expect(paddedRange({ from: 3, to: 3 }, false).to).toBeGreaterThan(3);
    expect(paddedRange({ from: 0, to: 0 }, false)).toEqual({ from: -1, to: 1 });
    expect(paddedRange({ from: 1e-9, to: 1 }, true).from).toBeGreaterThan(0);
    expect(paddedRange(null, false)).toEqual({ from: 0, to: 1 });
  });
});

it("counts what a log axis can't show", () => expect(countNotAboveZero([line([1, 0, -1, 2, NaN])], 0, 4)).toBe(2));
