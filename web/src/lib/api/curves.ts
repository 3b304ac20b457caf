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

/** The columns of values that the page asks for. */
export const VALUES = ["min", "max", "mean"] as const;

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
  columns: string[];
  curves: {
    run: string;
    label: string;
    status: Status;
    points: number;
    outside: number;
    rows: number;
    is_raw: boolean;
    axis: number;
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
  if (view.getUint16(4, true) !== 2) throw new Error("the server is of another release than this page: reload it");
  const size = view.getUint32(8, true);
  const head = JSON.parse(new TextDecoder().decode(new Uint8Array(bytes, HEAD_SIZE, size))) as Head;
  const base = HEAD_SIZE + Math.ceil(size / 8) * 8;
  const doubles = (offset: number, rows: number) => new Float64Array(bytes, base + offset, rows);
  const axes = new Map<string, Axis>(); // curves with the same x have the very same arrays
  const axisOf = ({ axis, rows, is_raw }: Head["curves"][number]) => {
    const key = `${axis} ${rows} ${is_raw}`;
    const known = axes.get(key) ?? axisAt(axis, rows, is_raw);
    axes.set(key, known);
    return known;
  };
  const axisAt = (offset: number, rows: number, isRaw: boolean): Axis => {
    const xFirst = doubles(offset, rows);
    if (isRaw) return { xFirst, xLast: xFirst, count: new Uint32Array(rows).fill(1) };
    return { xFirst, xLast: doubles(offset + 8 * rows, rows), count: new Uint32Array(bytes, base + offset + 16 * rows, rows) };
  };
  return {
    x: head.x,
    from: head.from,
    to: head.to,
    curves: head.curves.map((one) => {
      const value = (name: (typeof VALUES)[number]) => doubles(one.offset + (one.is_raw ? 0 : head.columns.indexOf(name) * one.rows * 8), one.rows);
      const mean = value("mean");
      return {
        run: one.run,
        label: one.label,
        status: one.status,
        points: one.points,
        outside: one.outside,
        isRaw: one.is_raw,
        ...axisOf(one),
        min: one.is_raw ? mean : value("min"),
        max: one.is_raw ? mean : value("max"),
        mean,
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

type Axis = Pick<Curve, "xFirst" | "xLast" | "count">;

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
    mean: cut(curve.mean),
    count,
    nan: curve.nan.filter(isIn),
    positiveInfinity: curve.positiveInfinity.filter(isIn),
    negativeInfinity: curve.negativeInfinity.filter(isIn),
  };
}
