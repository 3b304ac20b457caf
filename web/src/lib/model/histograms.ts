// Histograms over steps on common bins: what a heat map or a ridge of them shows.
import type { Spoken } from "./format";
import { numberOf } from "./format";

export interface Histogram {
  step: number | null;
  edges: number[];
  counts: number[];
  n: number;
  nan: number;
  inf: number;
  min: number | null;
  max: number | null;
  mean: number | null;
  std: number | null;
}

export interface HistogramStack {
  from: number;
  to: number;
  bins: number;
  rows: { histogram: Histogram; /** Share of the values in each common bin. */ shares: Float64Array }[];
  /** The greatest share of all. */
  most: number;
}

/** Read what was logged; null where it isn't a histogram. */
export function histogramOf(data: unknown, step: number | null): Histogram | null {
  if (typeof data !== "object" || data === null) return null;
  const { edges, counts, n, nan, inf, min, max, mean, std } = data as Record<string, unknown>;
  if (!Array.isArray(edges) || !Array.isArray(counts)) return null;
  if (counts.length > 0 && edges.length !== counts.length + 1) return null;
  const number = (value: unknown) => numberOf(value as Spoken);
  const count = (value: unknown) => number(value) ?? 0;
  return {
    step,
    edges: edges.map(Number),
    counts: counts.map(Number),
    n: count(n), nan: count(nan), inf: count(inf), min: number(min), max: number(max), mean: number(mean), std: number(std),
  }; // prettier-ignore
}

/** Put histograms on bins that they share; null if none has a finite value. */
export function stacked(histograms: readonly Histogram[], bins = 80): HistogramStack | null {
  let from = Infinity;
  let to = -Infinity;
  for (const { edges } of histograms) {
    if (edges.length < 2) continue;
    from = Math.min(from, edges[0] ?? Infinity);
    to = Math.max(to, edges.at(-1) ?? -Infinity);
  }
  if (!(from <= to)) return null;
  if (from === to) [from, to] = [from - 0.5, to + 0.5];
  const rows = histograms.map((histogram) => ({ histogram, shares: rebinned(histogram, from, to, bins) }));
  const most = Math.max(...rows.map(({ shares }) => shares.reduce((high, one) => Math.max(high, one), 0)));
  return { from, to, bins, rows, most };
}

/** Counts spread over bins in proportion to what they overlap, as shares of all finite values. */
function rebinned({ edges, counts }: Histogram, from: number, to: number, bins: number): Float64Array {
  const shares = new Float64Array(bins);
  const width = (to - from) / bins;
  const total = counts.reduce((sum, one) => sum + one, 0) || 1;
  counts.forEach((count, place) => {
    const [left = 0, right = 0] = [edges[place], edges[place + 1]];
    if (!count) return;
    const first = Math.max(0, Math.min(bins - 1, Math.floor((left - from) / width)));
    const last = Math.max(first, Math.min(bins - 1, Math.ceil((right - from) / width) - 1));
    if (right <= left || first === last) {
      shares[first] = (shares[first] ?? 0) + count / total;
      return;
    }
    for (let bin = first; bin <= last; bin++) {
      const low = Math.max(left, from + bin * width);
      const high = Math.min(right, from + (bin + 1) * width);
      shares[bin] = (shares[bin] ?? 0) + (count / total) * Math.max(0, (high - low) / (right - left));
    }
  });
  return shares;
}
