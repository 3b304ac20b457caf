import { expect, test } from "vitest";

import type { MediaItem } from "../api/contract";
import { accuracyOf, itemsAt, placeOfStep, predictionsOf, stepsOf, tableOf } from "./media";

const item = (step: number | null, context = "", id = `${step}${context}`): MediaItem => ({
  id, name: "a", step, context, type: "image", media_type: null, size_bytes: null, url: null, data: null, caption: null, at_ms: 0, is_ready: true,
}); // prettier-ignore

test("the last step up to the wanted one is seen", () => {
  const steps = stepsOf([item(30), item(10), item(null), item(10, "val"), item(20)]);
  expect(steps).toEqual([10, 20, 30]);
  expect([null, 5, 10, 19, 25, 99].map((wanted) => placeOfStep(steps, wanted))).toEqual([2, 0, 0, 0, 1, 2]);
  expect(placeOfStep([], 3)).toBe(-1);
});

test("one item for each context, the newest of the same step", () => {
  const items = [item(1), item(2), item(2, "", "again"), item(1, "val"), item(null, "x")];
  expect(itemsAt(items, 2).map((one) => one.id)).toEqual(["again", "1val", "nullx"]);
  expect(itemsAt(items, 1).map((one) => one.id)).toEqual(["1", "1val", "nullx"]);
  expect(itemsAt([], null)).toEqual([]);
});

test("tables with what JSON lacks", () => {
  const table = tableOf({ columns: ["a", 1], rows: [[{ $: "nan" }, { $: "-inf" }], [{ $: "int", text: "9007199254740993" }, { $: "dict", items: { a: 1 } }], [[1, 2], null]] });
  expect(table).toEqual({ columns: ["a", "1"], rows: [["NaN", "-Infinity"], ["9007199254740993", '{"a":1}'], ["[1,2]", null]] });
  expect([tableOf(null), tableOf({ columns: 3 }), tableOf([])]).toEqual([null, null, null]);
});

test("predictions as they were logged", () => {
  const found = predictionsOf({
    labels: ["cat", "dog"], n: 5, left_out: 1, confusion: [[2, 0], [1, 1]],
    curves: [{ label: "dog", positives: 2, negatives: 2, area: 0.75, average_precision: null, roc: { false_positive_rate: [0, 1], true_positive_rate: [0, 1], threshold: [null, 0.1] }, precision_recall: null }],
  }); // prettier-ignore
  expect(found).toMatchObject({ n: 5, leftOut: 1, curves: [{ area: 0.75, precision: null, recall: null, roc: { x: [0, 1], threshold: [null, 0.1] } }] });
  expect(accuracyOf(found!.confusion)).toBe(0.75);
  expect([predictionsOf({}), accuracyOf([]), accuracyOf([[0]])]).toEqual([null, null, null]);
});
