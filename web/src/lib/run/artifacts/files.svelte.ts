// All files of a run, page by page.
import type { ArtifactItem, ArtifactPage } from "../../api/contract";
import { ApiError, source } from "../../api/source";
import { onRunChange } from "../following.svelte";

const PAGE = 1000;
const MOST = 20_000;

export class AllFiles {
  items: readonly ArtifactItem[] = $state.raw([]);
  total = $state(0);
  bytes = $state(0);
  isKnown = $state(false);
  error: ApiError | null = $state.raw(null);
  readonly #run: () => string;
  #asking: AbortController | null = null;

  /** Call in a component. */
  constructor(run: () => string) {
    this.#run = run;
    $effect(() => {
      void this.ask();
      return () => this.#asking?.abort();
    });
    onRunChange(run, () => void this.ask(), 2000);
  }

  ask = async (): Promise<void> => {
    const run = this.#run();
    this.#asking?.abort();
    const asking = new AbortController();
    this.#asking = asking;
    try {
      const found: ArtifactItem[] = [];
      let cursor: string | null = null;
      do {
        const page: ArtifactPage = await source.get<ArtifactPage>(`/runs/${run}/artifacts`, { limit: PAGE, cursor }, asking.signal);
        found.push(...page.items);
        [this.total, this.bytes, cursor] = [page.total, page.total_bytes, page.next];
        if (found.length >= this.items.length) this.items = [...found];
        this.isKnown = true;
      } while (cursor && found.length < MOST);
      this.items = found;
      this.error = null;
    } catch (error) {
      if (!asking.signal.aborted && error instanceof ApiError) this.error = error;
    }
  };
}
