import { expect, it } from "vitest";

import { decodeCurves } from "./curves";

const RUN = "0".repeat(32);

/** An answer as docs/formats/curves.md lays it out. */
function answer(curves: object[], blocks: ArrayLike<number>[], columns = ["min", "max", "mean"]): ArrayBuffer {
  const text = JSON.stringify({ x: "step", from: 0, to: 9, buckets: 3, columns, curves });
  const json = new TextEncoder().encode(text + " ".repeat((8 - (text.length % 8)) % 8));
  const numbers = blocks.flatMap((block) => [...(block as number[])]);
  const bytes = new Uint8Array(16 + json.length + numbers.length * 8);
  const view = new DataView(bytes.buffer);
  [0x52, 0x4c, 0x43, 0x56].forEach((byte, at) => view.setUint8(at, byte));
  view.setUint16(4, 2, true);
  view.setUint32(8, json.length, true);
  bytes.set(json, 16);
  numbers.forEach((number, at) => view.setFloat64(16 + json.length + at * 8, number, true));
  return bytes.buffer;
}

const curve = (more: object) => ({
  run: RUN, label: "loss", points: 2, outside: 2, rows: 2, is_raw: true, axis: 0, offset: 16, seams: [], status: "finished",
  nan: [], pos_inf: [], neg_inf: [], not_finite: 0, unstepped: 0, problems: [], error: null, ...more,
});

it("points have one value, and a count of one", () => {
  const { curves } = decodeCurves(answer([curve({})], [[1, 2], [0.5, 0.25]]));
  const { xFirst, xLast, min, max, mean, count } = curves[0]!;
  expect([...xFirst]).toEqual([1, 2]);
  expect(xLast).toBe(xFirst);
  expect([...mean]).toEqual([0.5, 0.25]);
  expect([min, max]).toEqual([mean, mean]);
  expect([...count]).toEqual([1, 1]);
});

it("curves of the same x share it, and columns are found by their names", () => {
  const bucketed = { is_raw: false, rows: 1, axis: 0 };
  const values = [[5, 3, 1], [6, 4, 2]]; // mean, max, min
  const buffer = answer([curve({ ...bucketed, offset: 24 }), curve({ ...bucketed, label: "acc", offset: 48 })], [[0, 9, 0], ...values], ["mean", "max", "min"]);
  const { curves } = decodeCurves(buffer);
  expect(curves[1]!.xFirst).toBe(curves[0]!.xFirst);
  expect(curves.map(({ min, mean, max }) => [min[0], mean[0], max[0]])).toEqual([[1, 5, 3], [2, 6, 4]]);
  expect([curves[0]!.xFirst[0], curves[0]!.xLast[0], curves[0]!.count.length]).toEqual([0, 9, 1]);
});

it("an answer of another time is refused, with what to do", () => {
  const buffer = answer([], []);
  new DataView(buffer).setUint16(4, 3, true);
  expect(() => decodeCurves(buffer)).toThrow("reload");
  expect(() => decodeCurves(new ArrayBuffer(20))).toThrow("no curves");
});
