// All series of a run, page by page: the first page is there at once, however many follow.
import type { SeriesPage, SeriesSummary } from "../api/contract";
import { ApiError, source } from "../api/source";

const FIRST = 100; // so that the first charts are there at once
const PAGE = 1000;

export class AllSeries {
  items: SeriesSummary[] = $state.raw([]);
  error: ApiError | null = $state.raw(null);
  isDone = $state(false);
  #run: () => string;
  #isLoad: boolean;
  #asking: AbortController | null = null;

  /** `count` is how many there are: when that changes, they are asked for again. Call in a component. */
  constructor(run: () => string, isLoad: boolean, count: () => number) {
    this.#run = run;
    this.#isLoad = isLoad;
    $effect(() => {
      void count();
      void this.ask();
      return () => this.#asking?.abort();
    });
  }

  ask = async (): Promise<void> => {
    this.#asking?.abort();
    const asking = new AbortController();
    this.#asking = asking;
    const path = `/runs/${this.#run()}/metrics`;
    const found: SeriesSummary[] = [];
    try {
      for (let cursor: string | null = null, isFirst = true; isFirst || cursor; isFirst = false) {
        const page: SeriesPage = await source.get<SeriesPage>(path, { limit: isFirst ? FIRST : PAGE, load: this.#isLoad, cursor }, asking.signal);
        found.push(...page.items);
        if (found.length >= this.items.length) this.items = [...found];
        cursor = page.next;
      }
      this.items = found;
      this.error = null;
      this.isDone = true;
    } catch (error) {
      if (!asking.signal.aborted) this.error = error instanceof ApiError ? error : null;
    }
  };
}
