import { describe, expect, it } from "vitest";

import { lineOf, type Line } from "./buckets";
import { rowsOf } from "./testing";
import { alignedTo, groupLine, memberOf, memberWithin, placesOf, splicedGroup } from "./groups";

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
    expect([...alignedTo(places, memberOf(one))]).toEqual([2.5, 7, NaN, NaN]);
  });
  it("is straight between its own points, and nothing outside of them", () => {
    const one = line([[11, 1], [38, 3]]);
    expect([...alignedTo(places, memberOf(one))]).toEqual([NaN, 1, 2, 3]);
  });
  it("has no value across a gap of NaN", () => {
    const one = line([[5, 1], [15, NaN], [35, 3]]);
    expect([...alignedTo(places, memberOf(one))]).toEqual([1, NaN, NaN, 3]);
  });
  it("counts a point at the very end of the last bucket", () => {
    const one = line([[40, 9]]);
    expect([...alignedTo(places, memberOf(one))]).toEqual([NaN, NaN, NaN, 9]);
  });
});

describe("a member of which only a window is known finely", () => {
  const coarse = line([[0, 0], [10, 10], [20, 20], [30, 30], [40, 40]]);
  const places = { x: Float64Array.of(12, 14, 16, 18), isExact: false, from: 11, width: 2 };
  const within = (points: [number, number][], around = coarse) => [...alignedTo(places, memberWithin(line(points), around, 11, 19))];
  it("lies straight to what it was around the window", () => {
    expect(within([[14, 14]])).toEqual([12, 14, 16, 18]);
    expect(within([])).toEqual([12, 14, 16, 18]);
  });
  it("ends where it ended", () => {
    expect(within([[14, 14]], line([[0, 0], [10, 10]]))).toEqual([12, 14, NaN, NaN]);
    expect(within([], line([[0, 0]]))).toEqual([NaN, NaN, NaN, NaN]);
  });
  it("has no value across a gap of NaN", () => {
    expect(within([[14, NaN]])).toEqual([NaN, NaN, NaN, NaN]);
    expect(within([[14, 14]], line([[10, NaN], [20, 20]]))).toEqual([NaN, 14, 16, 18]);
  });
});

describe("a group, finer in a window", () => {
  it("keeps coarse places around the window alone", () => {
    const of = (points: [number, number][], kind: "std" | "range") => groupLine([memberOf(line(points))], placesOf([line(points)], 0, 40, 4), kind);
    const coarse: [number, number][] = [[0, 1], [10, 2], [20, 3], [30, 4], [40, 5]];
    const fine: [number, number][] = [[12, 7], [18, 8]];
    const both = splicedGroup(of(coarse, "std"), of(fine, "std"), 10, 20, 0);
    expect([...both.x]).toEqual([0, 12, 18, 30, 40]);
    expect([...both.mean]).toEqual([1, 7, 8, 4, 5]);
    expect([...both.n]).toEqual([1, 1, 1, 1, 1]);
    const range = splicedGroup(of(coarse, "range"), of(fine, "range"), 10, 20, 0);
    expect(range.low).toBe(range.least);
  });
  it("leaves out coarse buckets that reach into the window", () => {
    const buckets = line([[5, 1], [15, 2], [25, 3], [35, 4]], false);
    const coarse = groupLine([memberOf(buckets)], placesOf([buckets], 0, 40, 4), "std");
    const fine = line([[16, 9]]);
    expect([...splicedGroup(coarse, groupLine([memberOf(fine)], placesOf([fine], 12, 22, 4), "std"), 12, 22, 10).x]).toEqual([5, 16, 35]);
  });
});

describe("a group", () => {
  const rows = [line([[0, 1], [1, 2]]), line([[0, 3], [1, 4]]), line([[0, 8]])];
  const members = rows.map(memberOf);
  const places = placesOf(rows, 0, 1, 10);
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
    const group = groupLine([members[0]!], placesOf([rows[0]!], 0, 1, 10), "ci");
    expect([...group.low]).toEqual([NaN, NaN]);
  });
});
