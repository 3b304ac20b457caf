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

/** One column of a member at the places: its own value, or straight between its own neighbours; NaN outside of it. */
export function alignedTo(places: Places, line: Line, values: Float64Array): Float64Array {
  const out = new Float64Array(places.x.length).fill(NaN);
  const last = places.x.length - 1;
  let before = -1; // the place filled last
  let sum = 0;
  let weight = 0;
  let isGap = false; // a row without a finite value: nothing may be drawn across it
  for (let row = 0; row < line.x.length; row++) {
    const place = places.isExact ? lowerBound(places.x, line.x[row]!) : Math.floor((line.x[row]! - places.from) / places.width);
    if (place < 0) continue;
    if (place > last && line.x[row]! > places.from + (last + 1) * places.width) break;
    const at = Math.min(place, last);
    const value = values[row]!;
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
    const count = line.count[row]!;
    sum += value * count;
    weight += count;
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
  const columns = members.map((line) => alignedTo(places, line, line.y));
  const lows = members.map((line) => alignedTo(places, line, line.low));
  const highs = members.map((line) => alignedTo(places, line, line.high));
  const made = {
    x: places.x,
    mean: new Float64Array(size).fill(NaN),
    low: new Float64Array(size).fill(NaN),
    high: new Float64Array(size).fill(NaN),
    least: new Float64Array(size).fill(NaN),
    greatest: new Float64Array(size).fill(NaN),
    n: new Uint16Array(size),
    size: members.length,
  };
  for (let at = 0; at < size; at++) fill(made, at, columns, lows, highs, kind);
  return made;
}

function fill(made: GroupLine, at: number, columns: Float64Array[], lows: Float64Array[], highs: Float64Array[], kind: BandKind): void {
  let n = 0;
  let mean = 0;
  let squares = 0; // Welford's sum, which doesn't cancel
  let least = Infinity;
  let greatest = -Infinity;
  for (let member = 0; member < columns.length; member++) {
    const value = columns[member]![at]!;
    if (Number.isNaN(value)) continue;
    n++;
    const away = value - mean;
    mean += away / n;
    squares += away * (value - mean);
    least = Math.min(least, lows[member]![at]!);
    greatest = Math.max(greatest, highs[member]![at]!);
  }
  made.n[at] = n;
  if (n === 0) return;
  made.mean[at] = mean;
  made.least[at] = least;
  made.greatest[at] = greatest;
  if (kind === "range") {
    made.low[at] = least;
    made.high[at] = greatest;
  } else if (n > 1) {
    const std = Math.sqrt(squares / (n - 1));
    const half = kind === "std" ? std : (tOf95(n - 1) * std) / Math.sqrt(n);
    made.low[at] = mean - half;
    made.high[at] = mean + half;
  }
}
