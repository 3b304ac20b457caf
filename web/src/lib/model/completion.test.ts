import { expect, test } from "vitest";

import { around, completed } from "./completion";

test("a completion takes the place of what was typed, and the caret goes behind it", () => {
  expect(completed("params.l", [0, 8], "params.lr")).toEqual({ text: "params.lr ", caret: 10 });
});

test("a space that is there already isn't doubled", () => {
  expect(completed("sta = 'x'", [0, 3], "status")).toEqual({ text: "status = 'x'", caret: 7 });
});

test("what goes on with a dot gets no space", () => {
  expect(completed("met", [0, 3], "metrics.")).toEqual({ text: "metrics.", caret: 8 });
});

test("a fault at the very end still has a place to show it at", () => {
  expect(around("loss >", [6, 6])).toEqual(["loss >", " ", ""]);
  expect(around("lss > 1", [0, 3])).toEqual(["", "lss", " > 1"]);
  expect(around("x", [9, 9])).toEqual(["x", " ", ""]);
});
