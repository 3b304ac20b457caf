// Many runs as one: mean and band over the members of a group, each member weighing the same.
import { besides, lowerBound, type Line } from "./buckets";
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

/** The x that members share where they were logged at the same ones; equal buckets where not. Only what lies in [from, to] counts. */
export function placesOf(members: readonly Line[], from: number, to: number, buckets: number): Places {
  const longest = members.reduce((most, line) => Math.max(most, line.x.length), 0);
  if (members.every((line) => line.isRaw)) {
    const limit = Math.max(longest * 1.5, 16);
    const all = new Set<number>();
    for (const { x } of members) {
      for (let row = lowerBound(x, from); row < x.length && x[row]! <= to; row++) all.add(x[row]!);
      if (all.size > limit) break;
    }
    if (all.size <= limit) return { x: Float64Array.from(all).sort(), isExact: true, from, width: 0 };
  }
  const width = to > from ? (to - from) / buckets : 1;
  const count = to > from ? buckets : 1;
  return { x: Float64Array.from({ length: count }, (_, at) => from + (at + 0.5) * width), isExact: false, from, width };
}

/** The place of an x; -1 where it has none. */
function placeOf(places: Places, x: number): number {
  const count = places.x.length;
  if (places.isExact) {
    const at = lowerBound(places.x, x);
    return places.x[at] === x ? at : -1;
  }
  const at = Math.floor((x - places.from) / places.width);
  return at < 0 ? -1 : at < count ? at : x <= places.from + count * places.width ? count - 1 : -1;
}

/** A value beside the places, which those at the edge lie straight to. */
export interface Edge {
  x: number;
  y: number;
}

/** A member, and what it was just before and behind the places; null where that isn't known or no number. */
export interface Member {
  line: Line;
  before: Edge | null;
  after: Edge | null;
}

/** A member in fine rows of [from, to], its edges as coarse rows have them. */
export function memberWithin(fine: Line, coarse: Line, from: number, to: number): Member {
  const [before, after] = besides(coarse, from, to);
  const edge = (row: number) => (Number.isFinite(coarse.y[row]) ? { x: coarse.x[row]!, y: coarse.y[row]! } : null);
  return { line: fine, before: edge(before - 1), after: edge(after) };
}

export const memberOf = (line: Line): Member => ({ line, before: null, after: null });

/** The mean of a member at the places: its own value, or straight between its own neighbours; NaN outside of it. */
export function alignedTo(places: Places, { line, before, after }: Member, out = new Float64Array(places.x.length)): Float64Array {
  out.fill(NaN);
  const { x, y, count } = line;
  let filled = -1; // the place filled last
  let sum = 0;
  let weight = 0;
  let isGap = false; // a row without a finite value: nothing may be drawn across it
  for (let row = 0; row < x.length; row++) {
    const at = placeOf(places, x[row]!);
    if (at < 0) continue;
    const value = y[row]!;
    if (!(value - value === 0)) {
      isGap = true;
      continue;
    }
    if (at !== filled) {
      sum = 0;
      weight = 0;
      if (!isGap && filled >= 0 && at > filled + 1) between(out, places.x, filled, at, places.x[filled]!, out[filled]!, places.x[at]!, value);
      if (!isGap && filled < 0 && before) between(out, places.x, -1, at, before.x, before.y, places.x[at]!, value);
      isGap = false;
    }
    const points = count[row]!;
    sum += value * points;
    weight += points;
    out[at] = sum / weight;
    filled = at;
  }
  if (isGap || !after) return out;
  if (filled >= 0) between(out, places.x, filled, out.length, places.x[filled]!, out[filled]!, after.x, after.y);
  else if (before) between(out, places.x, -1, out.length, before.x, before.y, after.x, after.y);
  return out;
}

/** Fill the places between two, straight from one value to the other. */
function between(out: Float64Array, x: Float64Array, first: number, last: number, x0: number, y0: number, x1: number, y1: number): void {
  for (let at = first + 1; at < last; at++) {
    const share = (x[at]! - x0) / (x1 - x0);
    out[at] = y0 * (1 - share) + y1 * share;
  }
}

export function groupLine(members: readonly Member[], places: Places, kind: BandKind): GroupLine {
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
    stretch(places, member.line, least, greatest);
  }
  for (let at = 0; at < size; at++) if (n[at] === 0) mean[at] = least[at] = greatest[at] = NaN;
  const made = { x: places.x, mean, least, greatest, n, size: members.length };
  if (kind === "range") return { ...made, low: least, high: greatest };
  const low = new Float64Array(size);
  const high = new Float64Array(size);
  for (let at = 0; at < size; at++) {
    const half = halfOf(kind, squares[at]!, n[at]!);
    low[at] = mean[at]! - half;
    high[at] = mean[at]! + half;
  }
  return { ...made, low, high };
}

/** Fine places inside of [from, to], coarse ones around them; `width` is that of a coarse bucket. */
export function splicedGroup(coarse: GroupLine, fine: GroupLine, from: number, to: number, width: number): GroupLine {
  const before = lowerBound(coarse.x, from - width / 2);
  let after = Math.max(before, lowerBound(coarse.x, to + width / 2));
  while (after < coarse.x.length && coarse.x[after]! <= to) after++;
  const join = <Column extends Float64Array | Uint16Array>(out: Column, outside: Column, inside: Column): Column => {
    out.set(outside.subarray(0, before));
    out.set(inside, before);
    out.set(outside.subarray(after), before + inside.length);
    return out;
  };
  const size = before + fine.x.length + coarse.x.length - after;
  const joined = (of: (line: GroupLine) => Float64Array) => join(new Float64Array(size), of(coarse), of(fine));
  const [least, greatest] = [joined((line) => line.least), joined((line) => line.greatest)];
  const isRange = fine.low === fine.least;
  return {
    x: joined((line) => line.x),
    mean: joined((line) => line.mean),
    least,
    greatest,
    low: isRange ? least : joined((line) => line.low),
    high: isRange ? greatest : joined((line) => line.high),
    n: join(new Uint16Array(size), coarse.n, fine.n),
    size: Math.max(coarse.size, fine.size),
  };
}

/** Half of the height of a band; NaN for one member, which has no spread. */
function halfOf(kind: "std" | "ci", squares: number, n: number): number {
  if (n < 2) return NaN;
  const std = Math.sqrt(squares / (n - 1));
  return kind === "std" ? std : (tOf95(n - 1) * std) / Math.sqrt(n);
}

/** Take the least and greatest points of a member in. */
function stretch(places: Places, { x, low, high }: Line, least: Float64Array, greatest: Float64Array): void {
  for (let row = 0; row < x.length; row++) {
    const at = placeOf(places, x[row]!);
    if (at < 0) continue;
    if (low[row]! < least[at]!) least[at] = low[row]!;
    if (high[row]! > greatest[at]!) greatest[at] = high[row]!;
  }
}
