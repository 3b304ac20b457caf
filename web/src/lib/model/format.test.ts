import { describe, expect, it } from "vitest";

import { formatAgo, formatBytes, formatCount, formatDifference, formatDuration, formatExact, formatFixed, formatNumber, formatShort, withUnit } from "./format";

describe("numbers", () => {
  it.each([
    [0.78123, "0.7812"],
    [0.5, "0.5"],
    [12345.678, "12,346"],
    [20000, "20,000"],
    [1234.5, "1,235"],
    [-3.25, "−3.25"],
    [0.0000123456, "1.235e−5"],
    [1.5e10, "15,000,000,000"],
    [1.23456e15, "1.235e15"],
    [-0, "0"],
    ["NaN", "NaN"],
    ["-Infinity", "−∞"],
    [null, "–"],
  ] as const)("%s is said %s", (value, text) => expect(formatNumber(value)).toBe(text));

  it("keeps every digit where it claims to be exact", () => expect(formatExact(0.1 + 0.2)).toBe("0.30000000000000004"));
  it("gives differences a sign", () => {
    expect(formatDifference(0.00481)).toBe("+0.00481");
    expect(formatDifference(-2)).toBe("−2");
    expect(formatDifference(0)).toBe("±0");
  });
  it("puts units behind values, never behind nothing", () => {
    expect(withUnit("78.1", "%")).toBe("78.1\u202f%");
    expect(withUnit("–", "%")).toBe("–");
  });
  it.each([[950, "950"], [20000, "20k"], [20500, "20.5k"], [1.25e6, "1.25M"], [-3000, "−3k"], [0.25, "0.25"], [0, "0"]] as const)(
    "%s is %s in little room",
    (value, text) => expect(formatShort(value)).toBe(text),
  );
  it("counts", () => {
    expect(formatCount(1, "point")).toBe("1 point");
    expect(formatCount(20000, "point")).toBe("20,000 points");
  });
});

describe("durations, sizes, times", () => {
  it.each([[0.4, "400 ms"], [3.25, "3.3 s"], [59.6, "1 min"], [125, "2 min 05 s"], [2460, "41 min"], [7500, "2 h 05 min"], [7200, "2 h"], [273600, "3 d 4 h"], [-90, "−1 min 30 s"]] as const)(
    "%s seconds are %s",
    (seconds, text) => expect(formatDuration(seconds)).toBe(text),
  );
  it.each([[0, "0 B"], [1500, "1.5 kB"], [2.4e9, "2.4 GB"]] as const)("%s bytes are %s", (bytes, text) => expect(formatBytes(bytes)).toBe(text));
  it.each([[1000, "just now"], [40_000, "40 s ago"], [300_000, "5 min ago"], [7_200_000, "2 h ago"], [-5, "just now"]] as const)(
    "%s ms before now is %s",
    (before, text) => expect(formatAgo(1e12 - before, 1e12)).toBe(text),
  );
});

it("numbers of a column have their points below each other", () => {
  expect([0.93, -0.00278, 1234.5, 0].map((one) => formatFixed(one, 4))).toEqual(["0.9300", "−0.0028", "1,234.5000", "0.0000"]);
  expect([0.5, -0.5, 0.00001, 41023].map((one) => formatFixed(one, 1, true))).toEqual(["+0.5", "−0.5", "0.0", "+41,023.0"]);
  expect([null, NaN, Infinity].map((one) => formatFixed(one, 2))).toEqual(["–", "NaN", "∞"]);
});
