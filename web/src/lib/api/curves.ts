// Decode the answer of POST /curves; docs/formats/curves.md has its bytes.
import type { Status } from "./contract";

export interface Curve {
  run: string;
  label: string;
  status: Status;
  /** Points in the range, and of the whole series. */
  points: number;
  outside: number;
  /** Whether each row is one point as it was logged. */
  isRaw: boolean;
  xFirst: Float64Array;
  xLast: Float64Array;
  min: Float64Array;
  max: Float64Array;
  first: Float64Array;
  last: Float64Array;
  mean: Float64Array;
  count: Uint32Array;
  /** Where attempts of a resumed run join. */
  seams: number[];
  nan: number[];
  positiveInfinity: number[];
  negativeInfinity: number[];
  notFinite: number;
  /** Points that have no such x. */
  unplaced: number;
  error: { code: string; message: string } | null;
}

export interface Curves {
  x: string;
  from: number | null;
  to: number | null;
  curves: Curve[];
}

interface Head {
  x: string;
  from: number | null;
  to: number | null;
  curves: {
    run: string;
    label: string;
    status: Status;
    points: number;
    outside: number;
    rows: number;
    is_raw: boolean;
    offset: number;
    seams: number[];
    nan: number[];
    pos_inf: number[];
    neg_inf: number[];
    not_finite: number;
    unstepped: number;
    error: { code: string; message: string } | null;
  }[];
}

const HEAD_SIZE = 16;
const MAGIC = 0x56434c52; // "RLCV"

export function decodeCurves(bytes: ArrayBuffer): Curves {
  const view = new DataView(bytes);
  if (bytes.byteLength < HEAD_SIZE || view.getUint32(0, true) !== MAGIC) throw new Error("these are no curves");
  if (view.getUint16(4, true) !== 1) throw new Error("the server is newer than this page: reload it");
  const size = view.getUint32(8, true);
  const head = JSON.parse(new TextDecoder().decode(new Uint8Array(bytes, HEAD_SIZE, size))) as Head;
  const base = HEAD_SIZE + Math.ceil(size / 8) * 8;
  return {
    x: head.x,
    from: head.from,
    to: head.to,
    curves: head.curves.map((one) => {
      const column = (place: number) => new Float64Array(bytes, base + one.offset + place * one.rows * 8, one.rows);
      return {
        run: one.run,
        label: one.label,
        status: one.status,
        points: one.points,
        outside: one.outside,
        isRaw: one.is_raw,
        xFirst: column(0),
        xLast: column(1),
        min: column(2),
        max: column(3),
        first: column(4),
        last: column(5),
        mean: column(6),
        count: new Uint32Array(bytes, base + one.offset + 7 * one.rows * 8, one.rows),
        seams: one.seams,
        nan: one.nan,
        positiveInfinity: one.pos_inf,
        negativeInfinity: one.neg_inf,
        notFinite: one.not_finite,
        unplaced: one.unstepped,
        error: one.error,
      };
    }),
  };
}

/** The rows of a curve that reach into a range; null leaves an end open. */
export function sliced(curve: Curve, from: number | null, to: number | null): Curve {
  if (from === null && to === null) return curve;
  let first = 0;
  let end = curve.xFirst.length;
  while (from !== null && first < end && (curve.xLast[first] ?? 0) < from) first++;
  while (to !== null && end > first && (curve.xFirst[end - 1] ?? 0) > to) end--;
  const cut = (column: Float64Array) => column.subarray(first, end);
  const count = curve.count.subarray(first, end);
  const isIn = (x: number) => (from === null || x >= from) && (to === null || x <= to);
  return {
    ...curve,
    points: count.reduce((sum, one) => sum + one, 0),
    xFirst: cut(curve.xFirst),
    xLast: cut(curve.xLast),
    min: cut(curve.min),
    max: cut(curve.max),
    first: cut(curve.first),
    last: cut(curve.last),
    mean: cut(curve.mean),
    count,
    nan: curve.nan.filter(isIn),
    positiveInfinity: curve.positiveInfinity.filter(isIn),
    negativeInfinity: curve.negativeInfinity.filter(isIn),
  };
}
