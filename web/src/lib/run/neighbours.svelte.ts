// The runs before and after one in its experiment, newest first.
import type { RunLine, RunTable } from "../api/contract";
import { live } from "../api/live.svelte";
import { Resource } from "../api/resource.svelte";
import { source } from "../api/source";
import { paced } from "../model/pacing";

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
    const isDeleted = $derived(run()?.is_deleted ?? false);
    this.#table = new Resource((signal) =>
      experiment === null ? null : source.get<RunTable>("/runs", { experiment, limit: MOST, archived: "any", deleted: isDeleted ? "any" : "false" }, signal),
    );
    // Runs that are new to us may be new neighbours.
    const later = paced(this.#table.refresh, 5000);
    live.onChange(({ isAll, runs }) => {
      const known = new Set(this.#lines.map((one) => one.id));
      if (isAll || [...runs].some((id) => !known.has(id))) later();
    });
  }

  get #lines(): readonly RunLine[] {
    return this.#table.data?.rows ?? [];
  }
}
