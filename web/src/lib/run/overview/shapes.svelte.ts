// The shapes of curves in little: what a sparkline beside a number shows.
import type { Num, SeriesSummary } from "../../api/contract";
import type { Curves } from "../../api/curves";
import { Resource } from "../../api/resource.svelte";
import { source } from "../../api/source";

const BUCKETS = 48;
const MOST = 100;

export class Shapes {
  readonly #asked: Resource<Curves>;
  /** Values in order of x, by label. */
  byLabel: ReadonlyMap<string, readonly Num[]> = $derived.by(
    () => new Map((this.#asked.data?.curves ?? []).map((curve) => [curve.label, [...curve.mean].map((value): Num => (Number.isFinite(value) ? value : "NaN"))])),
  );

  /** Call in a component. */
  constructor(run: () => string, series: () => readonly SeriesSummary[]) {
    // New points make new curves, the same ones don't.
    const wanted = $derived(JSON.stringify(series().flatMap((one) => (one.count > 1 && one.is_stepped && !one.rank ? [[one.label, one.count]] : [])).slice(0, MOST)));
    this.#asked = new Resource((signal) => {
      const labels = JSON.parse(wanted) as [string, number][];
      if (labels.length === 0) return null;
      return source.curves({ x: "step", buckets: BUCKETS, curves: labels.map(([label]) => ({ run: run(), label })) }, signal);
    });
  }
}
