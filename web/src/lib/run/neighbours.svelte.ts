// The runs before and after one in its experiment, newest first.
import type { RunLine, RunTable } from "../api/contract";
import { Resource } from "../api/resource.svelte";
import { source } from "../api/source";

const MOST = 1000;

export class Neighbours {
  readonly #run: () => RunLine | undefined;
  readonly #table: Resource<RunTable>;
  at: number = $derived.by(() => this.#lines.findIndex((one) => one.id === this.#run()?.id));
  before: RunLine | null = $derived.by(() => (this.at > 0 ? (this.#lines[this.at - 1] ?? null) : null));
  after: RunLine | null = $derived.by(() => (this.at >= 0 ? (this.#lines[this.at + 1] ?? null) : null));
  total: number = $derived.by(() => this.#table.data?.total ?? 0);

  /** Call in a component. Runs without an experiment have no neighbours. */
  constructor(run: () => RunLine | undefined) {
    this.#run = run;
    const experiment = $derived(run()?.experiment ?? null);
    this.#table = new Resource((signal) =>
      experiment === null ? null : source.get<RunTable>("/runs", { experiment, limit: MOST, archived: "any" }, signal),
    );
  }

  get #lines(): readonly RunLine[] {
    return this.#table.data?.rows ?? [];
  }
}
