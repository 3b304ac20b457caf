import { describe, expect, it } from "vitest";

import { lineOf, type Line } from "./buckets";
import { rowsOf } from "./testing";
import { alignedTo, groupLine, placesOf } from "./groups";

const line = (points: [number, number][], isRaw = true): Line => lineOf(rowsOf(points, isRaw));

describe("places that members share", () => {
  it("are the very x where runs were logged at the same ones", () => {
    const places = placesOf([line([[0, 1], [10, 2]]), line([[0, 3], [10, 4], [20, 5]])], 0, 20, 100);
    expect(places.isExact).toBe(true);
    expect([...places.x]).toEqual([0, 10, 20]);
  });
  it("are the middles of equal buckets where they weren't", () => {
    const far = Array.from({ length: 40 }, (_, at): [number, number] => [at + 0.1, 1]);
    const near = Array.from({ length: 40 }, (_, at): [number, number] => [at + 0.6, 1]);
    const places = placesOf([line(far), line(near)], 0, 40, 4);
    expect(places.isExact).toBe(false);
    expect([...places.x]).toEqual([5, 15, 25, 35]);
  });
  it("stand still for a series of one x", () => expect(placesOf([line([[3, 1]], false)], 3, 3, 10).x.length).toBe(1));
});

describe("a member at the places", () => {
  const places = { x: Float64Array.of(5, 15, 25, 35), isExact: false, from: 0, width: 10 };
  it("is the mean of its points in a bucket, by their counts", () => {
    const one = line([[1, 2], [9, 4], [15, 7]], false);
    one.count.set([3, 1, 1]);
    expect([...alignedTo(places, one)]).toEqual([2.5, 7, NaN, NaN]);
  });
  it("is straight between its own points, and nothing outside of them", () => {
    const one = line([[11, 1], [38, 3]]);
    expect([...alignedTo(places, one)]).toEqual([NaN, 1, 2, 3]);
  });
  it("has no value across a gap of NaN", () => {
    const one = line([[5, 1], [15, NaN], [35, 3]]);
    expect([...alignedTo(places, one)]).toEqual([1, NaN, NaN, 3]);
  });
  it("counts a point at the very end of the last bucket", () => {
    const one = line([[40, 9]]);
    expect([...alignedTo(places, one)]).toEqual([NaN, NaN, NaN, 9]);
  });
});

describe("a group", () => {
  const members = [line([[0, 1], [1, 2]]), line([[0, 3], [1, 4]]), line([[0, 8]])];
  const places = placesOf(members, 0, 1, 10);
  it("has the mean and the number of members at each place", () => {
    const group = groupLine(members, places, "std");
    expect([...group.mean]).toEqual([4, 3]);
    expect([...group.n]).toEqual([3, 2]);
    expect(group.size).toBe(3);
  });
  it("bands by standard deviation, as NumPy has it with ddof=1", () => {
    const group = groupLine(members, places, "std");
    expect(group.high[0]! - 4).toBeCloseTo(3.605551275463989, 12);
  });
  it("bands by the interval of the mean, as SciPy has it", () => {
    // scipy.stats.t.interval(0.95, 2, loc=4, scale=scipy.stats.sem([1, 3, 8]))
    const group = groupLine(members, places, "ci");
    expect(group.low[0]).toBeCloseTo(-4.956686, 5);
    expect(group.high[0]).toBeCloseTo(12.956686, 5);
  });
  it("bands from the least to the greatest", () => {
    const group = groupLine(members, places, "range");
    expect([group.low[0], group.high[0]]).toEqual([1, 8]);
  });
  it("has no band around one member", () => {
    const group = groupLine([members[0]!], placesOf([members[0]!], 0, 1, 10), "ci");
    expect([...group.low]).toEqual([NaN, NaN]);
  });
});
