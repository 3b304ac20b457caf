// Other runs that are shown beside one: kept in the address, so that copying it shares them.
import type { RunLine, RunTable } from "../api/contract";
import { Resource } from "../api/resource.svelte";
import { source } from "../api/source";
import { parseRunView, printRunView } from "../model/runView";
import { selected } from "../model/selection.svelte";
import { router } from "../router.svelte";

const MOST = 50;

export class Beside {
  readonly #run: () => RunLine;
  readonly #table: Resource<RunTable>;
  ids: readonly string[] = $derived.by(() => parseRunView((key) => router.get(key)).beside.filter((id) => id !== this.#run().id).slice(0, MOST));
  /** The other runs, in the order of the address. */
  lines: readonly RunLine[] = $derived.by(() => {
    const known = new Map((this.#table.data?.rows ?? []).map((line) => [line.id, line]));
    return this.ids.flatMap((id) => known.get(id) ?? []);
  });
  /** Runs that were chosen anywhere on the page and aren't shown here yet. */
  offered: readonly string[] = $derived.by(() => [...selected].filter((id) => id !== this.#run().id && !this.ids.includes(id)));

  /** Call in a component. */
  constructor(run: () => RunLine) {
    this.#run = run;
    const wanted = $derived(this.ids.join(","));
    this.#table = new Resource((signal) => (wanted ? source.get<RunTable>("/runs", { ids: wanted, limit: MOST, archived: "any", deleted: "any" }, signal) : null));
  }

  set(ids: readonly string[]): void {
    router.set(printRunView({ beside: ids }), { isPushed: true });
  }
  add = (id: string): void => this.set([...this.ids, id]);
  remove = (id: string): void => this.set(this.ids.filter((one) => one !== id));
}
