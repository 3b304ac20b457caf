import { expect, test } from "vitest";

import { isTab, parseRunView, printRunView, type RunAddress } from "./runView";

function parsed(parts: Record<string, string | null>): RunAddress {
  const query = new URLSearchParams(Object.entries(parts).filter((one): one is [string, string] => one[1] !== null));
  const read = new URLSearchParams(query.toString());
  return parseRunView((key) => read.get(key));
}

test("a view comes back from its address", () => {
  const view: RunAddress = {
    name: "a/b,c &=?<é>", step: 400, context: "", beside: ["1f", "a,b"], file: "data/x y.csv", version: "0a1b", search: " 100% ", stream: "stderr",
    rank: 3, line: 0, hasTimes: true, find: "lr", folded: ["src/a,b.py", "c~d%"], isLineageList: true, open: ["2.0", "-3.1"],
  }; // prettier-ignore
  expect(parsed(printRunView(view))).toEqual(view);
});

test("nothing chosen is an empty address, and the other way round", () => {
  const empty = parsed({});
  expect(Object.values(printRunView(empty)).every((part) => part === null)).toBe(true);
  expect(parsed(printRunView(empty))).toEqual(empty);
});

test("nonsense counts as not given", () => {
  expect(parsed({ step: "many", io: "stdin", rank: "1e9", line: "9".repeat(40), at: "yes" })).toEqual(parsed({}));
  expect(isTab("curves") && !isTab("constructor") && !isTab("")).toBe(true);
});
