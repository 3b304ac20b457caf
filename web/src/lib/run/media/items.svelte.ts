// All that a run logged under one name.
import type { MediaItem, MediaPage } from "../../api/contract";
import { ApiError, source } from "../../api/source";

const PAGE = 1000;
const MOST = 10_000;

export class MediaItems {
  items: readonly MediaItem[] = $state.raw([]);
  error: ApiError | null = $state.raw(null);
  isDone = $state(false);
  readonly #run: () => string;
  readonly #name: () => string;
  readonly #isWanted: () => boolean;
  #asking: AbortController | null = null;

  /** Asks once `isWanted` says so. Call in a component. */
  constructor(run: () => string, name: () => string, isWanted: () => boolean) {
    [this.#run, this.#name, this.#isWanted] = [run, name, isWanted];
    $effect(() => {
      void this.ask();
      return () => this.#asking?.abort();
    });
  }

  ask = async (): Promise<void> => {
    const [run, name] = [this.#run(), this.#name()];
    if (!this.#isWanted()) return;
    this.#asking?.abort();
    const asking = new AbortController();
    this.#asking = asking;
    try {
      const found: MediaItem[] = [];
      let cursor: string | null = null;
      do {
        const page: MediaPage = await source.get<MediaPage>(`/runs/${run}/media`, { name, limit: PAGE, cursor }, asking.signal);
        found.push(...page.items);
        cursor = page.next;
      } while (cursor && found.length < MOST);
      this.items = found;
      this.error = null;
      this.isDone = true;
    } catch (error) {
      if (!asking.signal.aborted) this.error = error instanceof ApiError ? error : null;
    }
  };
}
