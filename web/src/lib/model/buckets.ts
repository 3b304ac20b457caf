// Rows of a curve: one per bucket, or one per point where that is few. Columns are typed arrays all the way to the canvas.

/** What the server sends of one curve. */
export interface Rows {
  xFirst: Float64Array;
  xLast: Float64Array;
  min: Float64Array;
  max: Float64Array;
  mean: Float64Array;
  count: Uint32Array;
  isRaw: boolean;
}

/** A curve ready to be drawn: `x` ascending, NaN in `y` where there is a gap. */
export interface Line {
  x: Float64Array;
  y: Float64Array;
  low: Float64Array;
  high: Float64Array;
  xFirst: Float64Array;
  xLast: Float64Array;
  count: Uint32Array;
  isRaw: boolean;
}

const made = new WeakMap<Rows, Line>();

/** The line of some rows; the same one each time. */
export function lineOf(rows: Rows): Line {
  const known = made.get(rows);
  if (known) return known;
  const x = new Float64Array(rows.xFirst.length);
  for (let row = 0; row < x.length; row++) x[row] = (rows.xFirst[row]! + rows.xLast[row]!) / 2;
  const line = { x, y: rows.mean, low: rows.min, high: rows.max, xFirst: rows.xFirst, xLast: rows.xLast, count: rows.count, isRaw: rows.isRaw };
  made.set(rows, line);
  return line;
}

/** The first place whose value isn't below `at`; the length where all are. */
export function lowerBound(values: Float64Array, at: number): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (values[middle]! < at) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The place nearest to `at`; -1 where there is nothing. */
export function nearestPlace(values: Float64Array, at: number): number {
  const after = lowerBound(values, at);
  if (after === 0) return values.length > 0 ? 0 : -1;
  if (after === values.length) return after - 1;
  return at - values[after - 1]! <= values[after]! - at ? after - 1 : after;
}

/** The value at `x`, straight between neighbours; NaN outside of the line and beside gaps. */
export function valueAt(x: Float64Array, y: Float64Array, at: number): number {
  const after = lowerBound(x, at);
  if (after === x.length) return NaN;
  if (x[after] === at) return y[after]!;
  if (after === 0) return NaN;
  const share = (at - x[after - 1]!) / (x[after]! - x[after - 1]!);
  return y[after - 1]! * (1 - share) + y[after]! * share;
}

/**
 * The rows that are seen at once: fine ones inside [from, to], those of the overview around them.
 * So a line runs out of a zoomed window to both sides, and smoothing knows what came before.
 */
export function spliced(overview: Line, detail: Line, from: number, to: number): Line {
  let before = 0;
  while (before < overview.x.length && overview.xLast[before]! < from) before++;
  let after = overview.x.length;
  while (after > before && overview.xFirst[after - 1]! > to) after--;
  const join = (one: Float64Array, inside: Float64Array) => {
    const all = new Float64Array(before + inside.length + one.length - after);
    all.set(one.subarray(0, before));
    all.set(inside, before);
    all.set(one.subarray(after), before + inside.length);
    return all;
  };
  const count = new Uint32Array(before + detail.count.length + overview.count.length - after);
  count.set(overview.count.subarray(0, before));
  count.set(detail.count, before);
  count.set(overview.count.subarray(after), before + detail.count.length);
  return {
    x: join(overview.x, detail.x),
    y: join(overview.y, detail.y),
    low: join(overview.low, detail.low),
    high: join(overview.high, detail.high),
    xFirst: join(overview.xFirst, detail.xFirst),
    xLast: join(overview.xLast, detail.xLast),
    count,
    isRaw: detail.isRaw,
  };
}

/** The rows that a window [from, to] touches, with one neighbour at each side. */
export function window(x: Float64Array, from: number, to: number): [number, number] {
  return [Math.max(0, lowerBound(x, from) - 1), Math.min(x.length, lowerBound(x, to) + 1)];
}
