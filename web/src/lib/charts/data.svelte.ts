// The curves of one chart: an overview of everything, and finer rows of what one zoomed into.
import { ApiError, source } from "../api/source";
import type { Curve, Curves } from "../api/curves";
import { live } from "../api/live.svelte";
import type { XKind } from "../model/chartView";
import type { Range } from "../model/ranges";
import { ordered } from "./order";
import { keyOf } from "./scene";
import type { ShownX } from "./words";

export interface CurvesWanted {
  x: XKind;
  /** Run and metric of each, at most 2,000. */
  curves: readonly { run: string; label: string }[];
  buckets: number;
  zoom: Range | null;
  isGrouped: boolean;
}

/** While it grows, a curve is asked for anew at most so often; and no more often than is a fifth of the time. */
const LIVE_MS = 250;
const SHARE = 5;
/** Points in their order can't be asked for by a part: they come finely at once. */
const ORDER_BUCKETS = 2000;

type Table = ReadonlyMap<string, Curve>;

export class CurveData {
  overview: Table | null = $state.raw(null);
  /** The x that the overview is in; another one may be on its way. */
  x: ShownX = $state("step");
  detail: { table: Table; zoom: Range } | null = $state.raw(null);
  error: ApiError | null = $state.raw(null);
  isLoading = $state(false);
  readonly #wanted: () => CurvesWanted | null;
  #overviewRunning: AbortController | null = null;
  #detailRunning: AbortController | null = null;
  #asked: string | null = null;
  #changed = new Set<string>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #begunAt = -Infinity;
  #tookMs = 0;

  /** `wanted` is null while the chart isn't seen; `identity` says in one text what it is about. Call in a component. */
  constructor(wanted: () => CurvesWanted | null, identity: () => string) {
    this.#wanted = wanted;
    $effect(() => {
      const key = identity();
      const now = wanted();
      if (now === null || key === this.#asked) return;
      this.#asked = key;
      void this.#askOverview(now);
    });
    $effect(() => {
      const now = wanted();
      identity();
      if (now === null) return;
      if (now.zoom === null) {
        this.#detailRunning?.abort();
        this.detail = null;
      } else {
        void this.#askDetail(now, now.zoom);
      }
    });
    live.onChange((change) => {
      const now = wanted();
      if (change.isEdit && !change.isAll && change.runs.size === 0) return;
      for (const { run } of now?.curves ?? []) if (change.isAll || change.runs.has(run)) this.#changed.add(run);
      if (this.#changed.size > 0) this.#timer ??= setTimeout(() => this.#refresh(), this.#begunAt + this.#gapMs - performance.now());
      if (now === null) this.#asked = null; // not seen: as a whole, once it is
    });
    $effect(() => () => {
      this.#overviewRunning?.abort();
      this.#detailRunning?.abort();
      clearTimeout(this.#timer);
    });
  }

  retry = (): void => {
    const now = this.#wanted();
    if (now) void this.#askOverview(now);
    if (now?.zoom) void this.#askDetail(now, now.zoom);
  };

  get #gapMs(): number {
    return Math.max(LIVE_MS, SHARE * this.#tookMs);
  }

  #refresh(): void {
    // What is on its way must come first, or it would be lost.
    this.#timer = this.isLoading ? setTimeout(() => this.#refresh(), this.#gapMs) : undefined;
    if (this.isLoading) return;
    const changed = this.#changed;
    this.#changed = new Set();
    const now = this.#wanted();
    if (now === null) return;
    // Lines stand for themselves, so only those that grew are asked for; groups need all in the same buckets.
    const part = now.isGrouped ? now.curves : now.curves.filter(({ run }) => changed.has(run));
    if (part.length > 0) void this.#askOverview({ ...now, curves: part }, part.length < now.curves.length);
    const end = Math.max(...[...(this.overview?.values() ?? [])].map((curve) => curve.xLast[curve.xLast.length - 1] ?? -Infinity));
    if (now.zoom && now.zoom.to >= end) void this.#askDetail({ ...now, curves: now.curves }, now.zoom);
  }

  async #askOverview(now: CurvesWanted, isPart = false): Promise<void> {
    this.#overviewRunning?.abort();
    const running = new AbortController();
    this.#overviewRunning = running;
    this.isLoading = true;
    this.#begunAt = performance.now();
    try {
      const { x, answer } = await this.#askWhole(now, isPart, running.signal);
      if (running.signal.aborted) return;
      if (this.x !== x) this.detail = null;
      this.x = x;
      this.overview = isPart ? new Map([...(this.overview ?? []), ...tableOf(answer)]) : tableOf(answer);
      this.error = null;
      this.#tookMs = performance.now() - this.#begunAt;
    } catch (error) {
      if (!running.signal.aborted) this.error = asApiError(error);
    } finally {
      if (!running.signal.aborted) this.isLoading = false;
    }
  }

  /** Curves over the x that is wanted; over their order, if no point of any has a step. */
  async #askWhole({ x, curves, buckets }: CurvesWanted, isPart: boolean, signal: AbortSignal): Promise<{ x: ShownX; answer: Curves }> {
    const isKnown = isPart && this.x === "order";
    if (!isKnown) {
      const answer = await source.curves({ x, buckets, curves: [...curves] }, signal);
      if (x !== "step" || isPart || answer.curves.some(hasPoints)) return { x, answer };
    }
    const timed = await source.curves({ x: "time", buckets: ORDER_BUCKETS, curves: [...curves] }, signal);
    return { x: timed.curves.some(hasPoints) || isKnown ? "order" : x, answer: { ...timed, curves: timed.curves.map(ordered) } };
  }

  async #askDetail({ x, curves, buckets }: CurvesWanted, zoom: Range): Promise<void> {
    this.#detailRunning?.abort();
    const running = new AbortController();
    this.#detailRunning = running;
    try {
      const answer = await source.curves({ x, from: zoom.from, to: zoom.to, buckets, curves: [...curves] }, running.signal);
      if (!running.signal.aborted && (this.overview === null || this.x === x)) this.detail = { table: tableOf(answer), zoom };
    } catch (error) {
      if (!running.signal.aborted) this.error = asApiError(error);
    }
  }
}

const hasPoints = (curve: Curve) => curve.xFirst.length > 0 || curve.notFinite > 0;
const tableOf = (answer: Curves): Table => new Map(answer.curves.map((curve) => [keyOf(curve.run, curve.label), curve]));

function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  return new ApiError(-1, { code: "page", message: error instanceof Error ? error.message : String(error), hint: null, span: null, suggestion: null });
}
