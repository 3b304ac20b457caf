import { expect, test } from "vitest";

import { steady, steadyMembers } from "./steady";

test("what reads the same stays the object that it was", () => {
  const before = { columns: ["loss"], notes: [] };
  expect(steady(before, { columns: ["loss"], notes: [] })).toBe(before);
  expect(steady(before, { columns: ["loss", "lr"], notes: [] })).toEqual({ columns: ["loss", "lr"], notes: [] });
  expect(steady(null, before)).toBe(before);
});

test("members stay each by itself, maps by their entries", () => {
  const before = { sort: ["loss"], widths: new Map([["loss", 80]]), filter: "" };
  const now = steadyMembers(before, { sort: ["lr"], widths: new Map([["loss", 80]]), filter: "x" });
  expect(now).toEqual({ sort: ["lr"], widths: new Map([["loss", 80]]), filter: "x" });
  expect(now.widths).toBe(before.widths);
  expect(steadyMembers(now, { ...now, widths: new Map([["loss", 90]]) }).widths.get("loss")).toBe(90);
});
