import { expect, test } from "vitest";

import { axisOf, brushOf, extentOfBrush, moved, nearestLine, nudged, passing, type Brush, type Field } from "./parallel";

const lr: Field = { key: "params.lr", label: "lr", kind: "number", values: [1e-4, 1e-3, 1e-2, null] };
const model: Field = { key: "params.model", label: "model", kind: "text", values: ["a", "b", "c", "b"] };
const chosen = (passes: Uint8Array) => [...passes].flatMap((one, at) => (one ? [at] : []));

test("a drag over half of a log axis lets half of the powers through", () => {
  const axis = axisOf(lr, true, false);
  const brush = brushOf(axis, 0.4, 1)!;
  expect(chosen(passing([axis], new Map([[lr.key, brush]]), 4))).toEqual([1, 2]);
  expect(axis.missing).toBe(1);
});

test("a flipped axis is brushed where it is seen", () => {
  const axis = axisOf(lr, true, true);
  const brush = brushOf(axis, 0.9, 1)!;
  expect(chosen(passing([axis], new Map([[lr.key, brush]]), 4))).toEqual([0]);
  const [low, high] = extentOfBrush(axis, brush);
  expect(low).toBeCloseTo(0.9);
  expect(high).toBeCloseTo(1);
});

test("a brush over texts holds those whose lanes it meets in the middle", () => {
  const axis = axisOf(model, false, false);
  expect(brushOf(axis, 0.4, 0.95)).toEqual({ texts: ["b", "c"] });
  expect(brushOf(axis, 0.34, 0.4)).toBeNull();
  expect(extentOfBrush(axis, { texts: ["b"] })[0]).toBeCloseTo(1 / 3);
});

test("runs pass that pass every brush; what has no value there doesn't", () => {
  const axes = [axisOf(lr, false, false), axisOf(model, false, false)];
  const brushes = new Map<string, Brush>([["params.lr", { from: 1e-4, to: 1e-2 }], ["params.model", { texts: ["b", "c"] }], ["gone", { from: 0, to: 0 }]]);
  expect(chosen(passing(axes, brushes, 4))).toEqual([1, 2]);
  expect(chosen(passing(axes, new Map(), 4))).toEqual([0, 1, 2, 3]);
});

test("the greatest value passes a brush to the top in spite of rounding", () => {
  const field: Field = { key: "m", label: "m", kind: "number", values: [0.1, 0.30000000000000004, 0.7] };
  for (const isLog of [true, false]) {
    const axis = axisOf(field, isLog, false);
    expect(chosen(passing([axis], new Map([["m", brushOf(axis, 0, 1)!]]), 3))).toEqual([0, 1, 2]);
  }
});

test("keys move and resize a brush without leaving the axis", () => {
  const axis = axisOf({ ...lr, values: [0, 100] }, false, false);
  expect(nudged(axis, null, 0, 0)).toEqual({ from: 25, to: 75 });
  expect(nudged(axis, { from: 25, to: 75 }, 0.1, 0)).toEqual({ from: 35, to: 85 });
  expect(nudged(axis, { from: 50, to: 100 }, 0.1, 0)).toEqual({ from: 50, to: 100 });
  expect(nudged(axis, { from: 25, to: 75 }, 0, 0.05)).toEqual({ from: 20, to: 80 });
});

test("the line under the pointer is found between axes", () => {
  const axes = [axisOf({ ...lr, values: [0, 1] }, false, false), axisOf({ ...lr, values: [1, 0] }, false, false)];
  const all = new Uint8Array([1, 1]);
  expect(nearestLine(axes, all, 0, 0.25, 0.25, 0.1)).toBe(0);
  expect(nearestLine(axes, all, 0, 0.25, 0.75, 0.1)).toBe(1);
  expect(nearestLine(axes, new Uint8Array([0, 1]), 0, 0.25, 0.25, 0.1)).toBe(-1);
  expect(nearestLine(axes, all, 0, 0, 0.5, 0.1)).toBe(-1);
});

test("axes change places", () => {
  expect(moved(["a", "b", "c"], 0, 1)).toEqual(["b", "a", "c"]);
  expect(moved(["a", "b", "c"], 2, -1)).toEqual(["c", "a", "b"]);
});
