// Asking again when a run changes, not more often than one can read.
import { live } from "../api/live.svelte";
import { paced } from "../model/pacing";

/** Call `refresh` after changes of the run, at most once in `gapMs`; edits are seen at once. Call in a component. */
export function onRunChange(run: () => string | null | undefined, refresh: () => void, gapMs = 1000): void {
  const later = paced(refresh, gapMs);
  live.onChange((change) => {
    const id = run();
    if (!id || !(change.isAll || change.runs.has(id))) return;
    if (change.isEdit) refresh();
    else later();
  });
}
