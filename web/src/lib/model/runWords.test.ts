import { expect, test } from "vitest";

import type { RunLine } from "../api/contract";
import { literal, runEnding, shellOf, surroundings } from "./runWords";

const line = (changed: Partial<RunLine>): RunLine => ({
  id: "a".repeat(32), short: "aaaaaaaa", label: "a", experiment: null, status: "finished", started_ms: 0, ended_ms: 1, seconds: 1, colour: null,
  is_archived: false, is_deleted: false, tags: [], parent: null, silent_seconds: null, parts: 0, values: [], ...changed,
}); // prettier-ignore

test("what ended a run is said in one line", () => {
  expect(runEnding({ line: line({}), error: null, reason: null })).toBeNull();
  expect(runEnding({ line: line({ status: "failed" }), error: { type: "ValueError", message: "no\nmore", traceback: "" }, reason: null })).toBe("ValueError: no");
  expect(runEnding({ line: line({ status: "running", silent_seconds: 300 }), error: null, reason: null })).toBe("no sign of life for 5 min");
  expect(runEnding({ line: line({ status: "crashed" }), error: null, reason: null })).toContain("without a word");
  expect(runEnding({ line: line({ status: "stopped" }), error: null, reason: "early stopping" })).toBe("early stopping");
});

test("a command is what one would type", () => {
  expect(shellOf(["python", "train.py", "--name=a b", "it's", ""])).toBe(`python train.py '--name=a b' 'it'"'"'s' ''`);
});

test("a pattern of a text finds that text alone", () => {
  for (const text of ["a.b", "loss[val]", "x/(y)+?", "\\", "^$|{}*"]) expect(new RegExp(`^${literal(text)}$`).test(text)).toBe(true);
  expect(new RegExp(literal("a.b")).test("axb")).toBe(false);
});

test("surroundings say what is known, whatever was recorded", () => {
  const context = { host: "vm", cpu: { model: "Xeon", usable: 2 }, memory_bytes: 5, gpus: [{ name: "H100" }, { name: "H100" }], os: null, python: "3.11" };
  expect(surroundings(context, (count) => `${count} B`)).toEqual([
    { name: "host", text: "vm" }, { name: "processor", text: "Xeon, 2 usable" }, { name: "memory", text: "5 B" }, { name: "gpu", text: "2 × H100" },
  ]); // prettier-ignore
  expect(surroundings({ cpu: [], gpus: "none", os: 3, memory_bytes: "x" }, String)).toEqual([]);
});
