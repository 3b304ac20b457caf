import { describe, expect, it } from "vitest";

import { niceGap, ticksOf, type AxisKind } from "./ticks";

const texts = (kind: AxisKind, from: number, to: number, count = 5, isLog = false) => ticksOf(kind, isLog, from, to, count).map((tick) => tick.text);

describe("ticks", () => {
  it("are 1, 2 or 5 times a power of ten apart", () => expect([0.3, 1, 1.5, 4, 7, 0.012].map(niceGap)).toEqual([0.5, 1, 2, 5, 10, 0.02]));
  it("say steps shortly", () => expect(texts("step", 0, 20_000)).toEqual(["0", "5k", "10k", "15k", "20k"]));
  it("never fall between two steps", () => expect(texts("step", 0, 3, 10)).toEqual(["0", "1", "2", "3"]));
  it("have as many decimals as the gap needs", () => expect(texts("number", 0.2, 0.8, 4)).toEqual(["0.2", "0.4", "0.6", "0.8"]));
  it("tell neighbours apart however far from 0", () => {
    const said = texts("number", 1.00001, 1.00005);
    expect(new Set(said).size).toBe(said.length);
  });
  it("say spans of time in hours and minutes", () => expect(texts("relative", 0, 7200)).toEqual(["0", "30m", "1h", "1h 30m", "2h"]));
  it("are powers of ten on a log axis", () => expect(texts("number", 0.001, 1000, 6, true)).toEqual(["0.001", "0.01", "0.1", "1", "10", "100", "1k"]));
  it("skip powers where there are many", () => expect(ticksOf("number", true, 1e-12, 1, 6).length).toBeLessThanOrEqual(7));
  it("are plain steps on less than a power of ten", () => expect(texts("number", 2, 8, 3, true)).toEqual(["2", "4", "6", "8"]));
  it("follow the reader's clock", () => {
    const noon = new Date(2026, 10, 21, 12).getTime();
    expect(texts("time", noon, noon + 3_600_000, 4)).toEqual(["12:00", "12:15", "12:30", "12:45", "13:00"]);
  });
  it("say the date where a new day begins", () => {
    const evening = new Date(2026, 10, 21, 22).getTime();
    expect(texts("time", evening, evening + 4 * 3_600_000, 4)).toContain("Nov 22");
  });
  it.each([["number", 1, 1], ["number", NaN, 2], ["step", 0, Infinity]] as const)("are none where there is no span: %s %s..%s", (kind, from, to) =>
    expect(ticksOf(kind, false, from, to, 5)).toEqual([]),
  );
});
