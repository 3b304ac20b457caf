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

const RUNGS = [100, 150, 200, 300, 400, 600, 800, 1200, 1600, 2000];

/** How many buckets a plot of so many pixels asks for; those it has while they still do. */
export function bucketsFor(pixels: number, now: number): number {
  if (now >= Math.min(pixels * 0.9, RUNGS.at(-1)!) && now <= Math.max(pixels * 2.2, RUNGS[0]!)) return now;
  return RUNGS.find((rung) => rung >= pixels) ?? RUNGS.at(-1)!;
}

const made = new WeakMap<Rows, Line>();
const middles = new WeakMap<Float64Array, Float64Array>();

/** The line of some rows; the same one each time. */
export function lineOf(rows: Rows): Line {
  const known = made.get(rows);
  if (known) return known;
  const line = { x: rows.isRaw ? rows.xFirst : middlesOf(rows), y: rows.mean, low: rows.min, high: rows.max, xFirst: rows.xFirst, xLast: rows.xLast, count: rows.count, isRaw: rows.isRaw };
  made.set(rows, line);
  return line;
}

/** The same ones for the same ends, which many curves of an answer share. */
function middlesOf({ xFirst, xLast }: Rows): Float64Array {
  const known = middles.get(xFirst);
  if (known) return known;
  const x = new Float64Array(xFirst.length);
  for (let row = 0; row < x.length; row++) x[row] = (xFirst[row]! + xLast[row]!) / 2;
  middles.set(xFirst, x);
  return x;
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
 * The rows that are seen at once: fine ones inside [from, to], at most `around` of the overview at each side.
 * So a line runs out of a zoomed window to both sides, and smoothing knows what came before.
 * Columns that only some look at are put together when they do.
 */
export function spliced(overview: Line, detail: Line, from: number, to: number, around = Infinity): Line {
  const [before, after] = besides(overview, from, to);
  return new SplicedLine(overview, detail, Math.max(0, before - around), before, after, Math.min(overview.x.length, after + around));
}

/** Where rows before [from, to] end, and where those behind it begin. */
export function besides({ xFirst, xLast }: Pick<Line, "xFirst" | "xLast">, from: number, to: number): [number, number] {
  const before = lowerBound(xLast, from);
  let after = Math.max(before, lowerBound(xFirst, to));
  while (after < xFirst.length && xFirst[after]! <= to) after++;
  return [before, after];
}

class SplicedLine implements Line {
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly low: Float64Array;
  readonly high: Float64Array;
  readonly isRaw: boolean;
  #xFirst: Float64Array | null = null;
  #xLast: Float64Array | null = null;
  #count: Uint32Array | null = null;

  constructor(
    readonly overview: Line,
    readonly detail: Line,
    readonly start: number,
    readonly before: number,
    readonly after: number,
    readonly end: number,
  ) {
    this.isRaw = detail.isRaw;
    this.x = this.#join(overview.x, detail.x);
    this.y = this.#join(overview.y, detail.y);
    this.low = this.#join(overview.low, detail.low);
    this.high = this.#join(overview.high, detail.high);
  }
  get xFirst(): Float64Array {
    return (this.#xFirst ??= this.#join(this.overview.xFirst, this.detail.xFirst));
  }
  get xLast(): Float64Array {
    return (this.#xLast ??= this.#join(this.overview.xLast, this.detail.xLast));
  }
  get count(): Uint32Array {
    return (this.#count ??= this.#fill(new Uint32Array(this.#size), this.overview.count, this.detail.count));
  }
  get #size(): number {
    return this.before - this.start + this.detail.x.length + this.end - this.after;
  }
  #join(outside: Float64Array, inside: Float64Array): Float64Array {
    return this.#fill(new Float64Array(this.#size), outside, inside);
  }
  #fill<Column extends Float64Array | Uint32Array>(out: Column, outside: Column, inside: Column): Column {
    const { start, before, after, end } = this;
    // Row by row: views of a few rows cost more than these.
    for (let row = start; row < before; row++) out[row - start] = outside[row]!;
    out.set(inside, before - start);
    const shift = before - start + inside.length - after;
    for (let row = after; row < end; row++) out[row + shift] = outside[row]!;
    return out;
  }
}

/** The rows that a window [from, to] touches, with one neighbour at each side. */
export function window(x: Float64Array, from: number, to: number): [number, number] {
  return [Math.max(0, lowerBound(x, from) - 1), Math.min(x.length, lowerBound(x, to) + 1)];
}
