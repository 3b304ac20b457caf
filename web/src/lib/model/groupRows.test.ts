import { expect, test } from "vitest";

import type { GroupTable, RunLine, Verdict, VerdictGroup } from "../api/contract";
import { decimalsOf, groupsOf, intervalRange, referenceOf, rowsOf, type Member } from "./groupRows";

const judged = (label: string, mean: number | "NaN", runs: string[], more: Partial<VerdictGroup> = {}): VerdictGroup => ({
  label, key: {}, n: runs.length, not_finite: 0, mean, std: 0.1, low: null, high: null, is_leader: false, is_baseline: false, runs,
  difference: null, difference_low: null, difference_high: null, p_value: null, effect: null, told_apart: null, obstacle: null, seconds: null, ...more,
}); // prettier-ignore
const verdict = (groups: VerdictGroup[]): Verdict => ({
  metric: "acc", direction: "max", by: ["lr"], confidence: 0.95, is_paired: true, standing: "clear", headline: "", reasons: [], method: null, groups, runs_needed: null, notes: [],
}); // prettier-ignore
const line = (label: string, runs: string[], mean: number | null = null): GroupTable["rows"][number] => ({
  label, key: {}, n: runs.length, runs, metrics: mean === null ? {} : { acc: { n: 1, mean, std: null, min: mean, max: mean, low: null, high: null } },
}); // prettier-ignore
const member = (id: string, value: number | null): [string, Member] => [id, { line: { id, label: id, seconds: 1 } as RunLine, value, bestStep: null }];

const GROUPS = groupsOf(
  verdict([judged("lr=0.1", 3, ["a", "b"], { is_leader: true }), judged("lr=1", 2, ["c"], { is_baseline: true, p_value: 0.01, told_apart: true })]),
  [line("lr=1", ["c"], 2), line("lr=9", ["d"]), line("lr=0.1", ["a", "b", "failed"], 3)],
  "acc",
);

test("groups without a value follow those that are judged", () => {
  expect(GROUPS.map((one) => [one.label, one.mean, one.isJudged])).toEqual([["lr=0.1", 3, true], ["lr=1", 2, true], ["lr=9", null, false]]);
});

test("runs that don't count are members too", () => {
  expect(GROUPS[0]?.runs).toEqual(["a", "b", "failed"]);
});

test("differences are to the baseline, or to the leader where there is none", () => {
  const members = new Map([member("a", 3.5), member("b", 2.5), member("c", 2)]);
  const rows = rowsOf({ groups: GROUPS, members, direction: "max", sorted: null, isOpen: (label) => label === "lr=0.1" });
  expect(rows.map((row) => [row.key, row.difference])).toEqual([["group lr=0.1", 1], ["a", 1.5], ["b", 0.5], ["group lr=1", null], ["group lr=9", null]]);
  expect(referenceOf(GROUPS.map((one) => ({ ...one, isBaseline: false })))?.label).toBe("lr=0.1");
});

test("members stand best first in the metric's direction, those without a value last", () => {
  const members = new Map([member("a", null), member("b", 1), member("failed", 2)]);
  const keys = (direction: "min" | "max") => rowsOf({ groups: GROUPS.slice(0, 1), members, direction, sorted: null, isOpen: () => true }).map((row) => row.key);
  expect(keys("min")).toEqual(["group lr=0.1", "b", "failed", "a"]);
  expect(keys("max")).toEqual(["group lr=0.1", "failed", "b", "a"]);
});

test("sorting puts what has no value last both ways", () => {
  const order = (isDescending: boolean) =>
    rowsOf({ groups: GROUPS, members: new Map(), direction: "max", sorted: { key: "value", isDescending }, isOpen: () => false }).map((row) => row.group.label);
  expect(order(false)).toEqual(["lr=1", "lr=0.1", "lr=9"]);
  expect(order(true)).toEqual(["lr=0.1", "lr=1", "lr=9"]);
});

test("the scale of intervals holds all that is finite", () => {
  const range = intervalRange(GROUPS, [member("x", Number.NaN)[1], member("y", 7)[1]]);
  expect(range!.from).toBeLessThan(1.8);
  expect(range!.to).toBeGreaterThan(7);
  expect(intervalRange([], [])).toBeNull();
});

test("of several groups with the baseline's tag the one that is meant is the baseline", () => {
  const groups = groupsOf(verdict([judged("a", 1, [], { is_baseline: true }), judged("b", 2, [], { is_baseline: true })]), [], "acc", "b");
  expect(groups.map((one) => one.isBaseline)).toEqual([false, true]);
});

test("rounding errors are no differences", () => {
  const groups = groupsOf(verdict([judged("a", 0.1 + 0.2, []), judged("b", 0.3, [], { is_baseline: true })]), [], "acc");
  expect(rowsOf({ groups, members: new Map(), direction: "max", sorted: null, isOpen: () => false })[0]?.difference).toBe(0);
});

test("a group that one names by its run and the other by its params is one", () => {
  const found = groupsOf(verdict([judged("long", 3, ["a"], { key: { lr: "1", w: "2" } })]), [{ ...line("lr=1", ["a", "b"], 3), key: { w: "2", lr: "1" } }, line("lr=2", ["c"])], "acc");
  expect(found.map((one) => [one.label, one.runs])).toEqual([["long", ["a", "b"]], ["lr=2", ["c"]]]);
});

test("a column has as many decimals as show the spread of most groups in two digits", () => {
  const group = (mean: number, std: number | null) => ({ ...GROUPS[0]!, mean, std });
  expect(decimalsOf([group(0.9704, 0.0016), group(0.93, 0.014), group(0.96, 0.0042)])).toBe(4);
  expect(decimalsOf([group(41023, 910)])).toBe(0);
  expect(decimalsOf([group(0.5, null), group(0.7, null)])).toBe(3);
  expect(decimalsOf([group(5e-9, null)])).toBe(null);
  expect(decimalsOf([group(4.5e9, 1), group(59, 1)])).toBe(null);
  expect(decimalsOf([group(1e-6, 0.1), group(3, 0.1)])).toBe(null);
  expect(decimalsOf([])).toBe(null);
});
