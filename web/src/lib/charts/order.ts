// Points without steps, in the order they were logged in: the first, the second, …
import type { Curve } from "../api/curves";
import { lowerBound } from "../model/buckets";

/** A curve over time, counted instead: x is 1 for its first point. Rows of several points span as many places. */
export function ordered(curve: Curve): Curve {
  const rows = curve.xFirst.length;
  const xFirst = new Float64Array(rows);
  const xLast = new Float64Array(rows);
  let before = 0;
  for (let row = 0; row < rows; row++) {
    xFirst[row] = before + 1;
    before += curve.count[row]!;
    xLast[row] = before;
  }
  const placeOf = (x: number) => xFirst[Math.min(rows - 1, lowerBound(curve.xLast, x))] ?? 1;
  const places = (xs: readonly number[]) => xs.map(placeOf);
  return {
    ...curve, xFirst, xLast, unplaced: 0,
    seams: places(curve.seams), nan: places(curve.nan), positiveInfinity: places(curve.positiveInfinity), negativeInfinity: places(curve.negativeInfinity),
  };
}
