// Many runs as one: mean and band over the members of a group, each member weighing the same.
import { lowerBound, type Line } from "./buckets";
import { tOf95 } from "./student";

/** std: one standard deviation each way; ci: 95 % interval of the mean by t; range: least to greatest. */
export type BandKind = "std" | "ci" | "range";

/** Places in x that all members are brought to. */
export interface Places {
  x: Float64Array;
  /** Whether these are the very x of points; else the middles of equal buckets. */
  isExact: boolean;
  from: number;
  width: number;
}

export interface GroupLine {
  x: Float64Array;
  mean: Float64Array;
  low: Float64Array;
  high: Float64Array;
  /** The least and greatest point of any member, so a spike is never averaged away. */
  least: Float64Array;
  greatest: Float64Array;
  /** Members that have a value here. */
  n: Uint16Array;
  size: number;
}

/** The x that members share where they were logged at the same ones; equal buckets where not. */
export function placesOf(members: readonly Line[], from: number, to: number, buckets: number): Places {
  const longest = members.reduce((most, line) => Math.max(most, line.x.length), 0);
  if (members.every((line) => line.isRaw)) {
    const limit = Math.max(longest * 1.5, 16);
    const all = new Set<number>();
    for (const line of members) {
      for (const x of line.x) all.add(x);
      if (all.size > limit) break;
    }
    if (all.size <= limit) return { x: Float64Array.from(all).sort(), isExact: true, from, width: 0 };
  }
  const width = to > from ? (to - from) / buckets : 1;
  const count = to > from ? buckets : 1;
  return { x: Float64Array.from({ length: count }, (_, at) => from + (at + 0.5) * width), isExact: false, from, width };
}

/** The place of an x; -1 before all of them, their count behind. */
function placeOf(places: Places, x: number): number {
  const count = places.x.length;
  if (places.isExact) return lowerBound(places.x, x);
  const at = Math.floor((x - places.from) / places.width);
  return at < count ? at : x <= places.from + count * places.width ? count - 1 : count;
}

/** The mean of a member at the places: its own value, or straight between its own neighbours; NaN outside of it. */
export function alignedTo(places: Places, line: Line, out = new Float64Array(places.x.length)): Float64Array {
  out.fill(NaN);
  const count = places.x.length;
  let before = -1; // the place filled last
  let sum = 0;
  let weight = 0;
  let isGap = false; // a row without a finite value: nothing may be drawn across it
  for (let row = 0; row < line.x.length; row++) {
    const at = placeOf(places, line.x[row]!);
    if (at < 0) continue;
    if (at >= count) break;
    const value = line.y[row]!;
    if (!Number.isFinite(value)) {
      isGap = true;
      continue;
    }
    if (at !== before) {
      sum = 0;
      weight = 0;
      if (before >= 0 && !isGap) between(out, places.x, before, at, value);
      isGap = false;
    }
    const points = line.count[row]!;
    sum += value * points;
    weight += points;
    out[at] = sum / weight;
    before = at;
  }
  return out;
}

function between(out: Float64Array, x: Float64Array, before: number, after: number, value: number): void {
  const start = out[before]!;
  for (let at = before + 1; at < after; at++) {
    const share = (x[at]! - x[before]!) / (x[after]! - x[before]!);
    out[at] = start * (1 - share) + value * share;
  }
}

export function groupLine(members: readonly Line[], places: Places, kind: BandKind): GroupLine {
  const size = places.x.length;
  const mean = new Float64Array(size);
  const squares = new Float64Array(size); // Welford's sums, which don't cancel
  const least = new Float64Array(size).fill(Infinity);
  const greatest = new Float64Array(size).fill(-Infinity);
  const n = new Uint16Array(size);
  const column = new Float64Array(size);
  for (const member of members) {
    alignedTo(places, member, column);
    for (let at = 0; at < size; at++) {
      const value = column[at]!;
      if (Number.isNaN(value)) continue;
      n[at]!++;
      const away = value - mean[at]!;
      mean[at]! += away / n[at]!;
      squares[at]! += away * (value - mean[at]!);
      if (value < least[at]!) least[at] = value;
      if (value > greatest[at]!) greatest[at] = value;
    }
    stretch(places, member, least, greatest);
  }
  const low = new Float64Array(size).fill(NaN);
  const high = new Float64Array(size).fill(NaN);
  for (let at = 0; at < size; at++) {
    if (n[at] === 0) mean[at] = least[at] = greatest[at] = NaN;
    const half = kind === "range" ? NaN : halfOf(kind, squares[at]!, n[at]!);
    low[at] = kind === "range" ? least[at]! : mean[at]! - half;
    high[at] = kind === "range" ? greatest[at]! : mean[at]! + half;
  }
  return { x: places.x, mean, low, high, least, greatest, n, size: members.length };
}

/** Half of the height of a band; NaN for one member, which has no spread. */
function halfOf(kind: BandKind, squares: number, n: number): number {
  if (n < 2) return NaN;
  const std = Math.sqrt(squares / (n - 1));
  return kind === "std" ? std : (tOf95(n - 1) * std) / Math.sqrt(n);
}

/** Take the least and greatest points of a member in. */
function stretch(places: Places, { x, low, high }: Line, least: Float64Array, greatest: Float64Array): void {
  for (let row = 0; row < x.length; row++) {
    const at = placeOf(places, x[row]!);
    if (at < 0) continue;
    if (at >= least.length) break;
    if (low[row]! < least[at]!) least[at] = low[row]!;
    if (high[row]! > greatest[at]!) greatest[at] = high[row]!;
  }
}
