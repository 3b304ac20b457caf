// Which runs are meant, on every page alike: chosen, hidden, pointed at.
import { SvelteSet } from "svelte/reactivity";

/** The runs that were ticked, in the order of ticking. */
export const selected = new SvelteSet<string>();

/** Runs that are not drawn, though they stay in tables. */
export const hidden = new SvelteSet<string>();

/** The run, or the group by its label, that the pointer or the keyboard is on; it lights up wherever it is shown. */
export const highlight = $state<{ run: string | null; group: string | null }>({ run: null, group: null });

export function toggle(set: SvelteSet<string>, run: string): void {
  if (!set.delete(run)) set.add(run);
}

/** Tick all of `runs`, or none of them if all are ticked already. */
export function toggleAll(set: SvelteSet<string>, runs: readonly string[]): void {
  const isAll = runs.length > 0 && runs.every((run) => set.has(run));
  for (const run of runs) {
    if (isAll) set.delete(run);
    else set.add(run);
  }
}
