// What part of y is shown, and what is not shown then.
import { window, type Line } from "./buckets";

export interface Range {
  from: number;
  to: number;
}

/** Values of one line that the range of y is made of. */
export interface Extent {
  x: Float64Array;
  low: Float64Array;
  high: Float64Array;
  middle: Float64Array;
}

export const extentOf = (line: Line): Extent => ({ x: line.x, low: line.low, high: line.high, middle: line.y });

/** The least and greatest of what a window of x shows; null where nothing is. On a log axis only what is above 0 counts. */
export function fullRange(lines: readonly Extent[], from: number, to: number, isLog: boolean): Range | null {
  let least = Infinity;
  let greatest = -Infinity;
  for (const line of lines) {
    const [start, end] = window(line.x, from, to);
    for (let row = start; row < end; row++) {
      if (line.x[row]! < from || line.x[row]! > to) continue;
      const low = line.low[row]!;
      const high = line.high[row]!;
      if (low < least && (!isLog || low > 0)) least = low;
      if (isLog && !(low > 0) && line.middle[row]! > 0 && line.middle[row]! < least) least = line.middle[row]!;
      if (high > greatest && (!isLog || high > 0)) greatest = high;
    }
  }
  return least <= greatest ? { from: least, to: greatest } : null;
}

const TAIL = 0.02;

/** Where nearly all of it lies: a few outliers don't flatten the rest. The full range where it has none. */
export function robustRange(lines: readonly Extent[], from: number, to: number, isLog: boolean): Range | null {
  const full = fullRange(lines, from, to, isLog);
  if (full === null) return null;
  const values: number[] = [];
  for (const line of lines) {
    const [start, end] = window(line.x, from, to);
    for (let row = start; row < end; row++) {
      const value = line.middle[row]!;
      if (Number.isFinite(value) && (!isLog || value > 0) && line.x[row]! >= from && line.x[row]! <= to) values.push(isLog ? Math.log(value) : value);
    }
  }
  if (values.length < 8) return full;
  const sorted = Float64Array.from(values).sort();
  const quantile = (share: number) => sorted[Math.round(share * (sorted.length - 1))]!;
  const [low, high] = [quantile(TAIL), quantile(1 - TAIL)];
  const margin = (high - low) * 0.15;
  if (!(margin > 0)) return full;
  const back = isLog ? Math.exp : (value: number) => value;
  const kept = { from: Math.max(full.from, back(low - margin)), to: Math.min(full.to, back(high + margin)) };
  const size = (range: Range) => (isLog ? Math.log(range.to / range.from) : range.to - range.from);
  return size(full) > 1.5 * size(kept) ? kept : full;
}

/** Room around a range, and some height where it has none. */
export function paddedRange(range: Range | null, isLog: boolean): Range {
  if (range === null) return isLog ? { from: 0.1, to: 1 } : { from: 0, to: 1 };
  if (isLog) {
    const share = range.to > range.from ? (range.to / range.from) ** 0.04 : 2;
    return { from: range.from / share, to: range.to * share };
  }
  if (range.from === range.to) {
    const half = Math.abs(range.from) * 0.1 || 1;
    return { from: range.from - half, to: range.to + half };
  }
  const margin = (range.to - range.from) * 0.04;
  return { from: range.from - margin, to: range.to + margin };
}

/** How many points, at least, lie above and below; `isExact` where rows are single points. */
export function countOutside(lines: readonly Line[], from: number, to: number, y: Range): { count: number; isExact: boolean } {
  let count = 0;
  let isExact = true;
  for (const line of lines) {
    const [start, end] = window(line.x, from, to);
    for (let row = start; row < end; row++) {
      if (line.x[row]! < from || line.x[row]! > to) continue;
      if (line.high[row]! > y.to || line.low[row]! < y.from) {
        // A bucket that lies outside as a whole counts with all of its points, else with the one that is known.
        const isAll = line.low[row]! > y.to || line.high[row]! < y.from;
        count += isAll ? line.count[row]! : 1;
        if (!isAll && line.count[row]! > 2) isExact = false;
      }
    }
  }
  return { count, isExact };
}

/** How many points a log axis can't show, at least. */
export function countNotAboveZero(lines: readonly Line[], from: number, to: number): number {
  let count = 0;
  for (const line of lines) {
    const [start, end] = window(line.x, from, to);
    for (let row = start; row < end; row++) {
      if (line.x[row]! < from || line.x[row]! > to) continue;
      if (line.high[row]! <= 0) count += line.count[row]!;
      else if (line.low[row]! <= 0) count++;
    }
  }
  return count;
}
