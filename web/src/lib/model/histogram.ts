// How values spread: counts in equal parts of their range.
export interface Bin {
  from: number;
  to: number;
  count: number;
}

/** As many bins as Freedman and Diaconis advise, at most `most`; what is not finite isn't counted. */
export function binsOf(values: Iterable<number>, most = 60): Bin[] {
  const sorted = Float64Array.from([...values].filter(Number.isFinite)).sort();
  if (sorted.length === 0) return [];
  const [from, to] = [sorted[0]!, sorted.at(-1)!];
  if (from === to) return [{ from, to, count: sorted.length }];
  const quartile = (share: number) => sorted[Math.round(share * (sorted.length - 1))]!;
  const width = (2 * (quartile(0.75) - quartile(0.25))) / Math.cbrt(sorted.length);
  const count = Math.max(1, Math.min(most, width > 0 ? Math.ceil((to - from) / width) : Math.ceil(Math.sqrt(sorted.length))));
  const bins = Array.from({ length: count }, (_, at): Bin => ({ from: from + ((to - from) * at) / count, to: from + ((to - from) * (at + 1)) / count, count: 0 }));
  for (const value of sorted) bins[Math.min(count - 1, Math.floor(((value - from) / (to - from)) * count))]!.count++;
  return bins;
}

/** Bins as many trackers log them: n counts between n + 1 edges. */
export const binsBetween = (edges: readonly number[], counts: readonly number[]): Bin[] =>
  counts.map((count, at) => ({ from: edges[at] ?? NaN, to: edges[at + 1] ?? NaN, count }));
