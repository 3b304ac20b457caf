/** Call `act` now, and not again until `gap` has passed: then once more if it was asked for meanwhile. */
export function paced(act: () => void, gapMs: number): () => void {
  let last = -Infinity;
  let timer: ReturnType<typeof setTimeout> | undefined;
  return () => {
    const left = last + gapMs - Date.now();
    if (timer !== undefined) return;
    const go = () => {
      timer = undefined;
      last = Date.now();
      act();
    };
    if (left <= 0) go();
    else timer = setTimeout(go, left);
  };
}
