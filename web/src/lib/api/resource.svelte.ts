// An answer that follows what it is about: asked again when that changes, or when told to.
import { untrack } from "svelte";

import { live } from "./live.svelte";
import { ApiError } from "./source";

export class Resource<T> {
  /** The last answer; it stays while the next one is on its way. */
  data: T | null = $state.raw(null);
  error: ApiError | null = $state.raw(null);
  isLoading = $state(false);
  #ask: (signal: AbortSignal) => Promise<T> | null;
  #running: AbortController | null = null;

  /** `ask` reads what it is about reactively; null where there is nothing to ask. Call in a component. */
  constructor(ask: (signal: AbortSignal) => Promise<T> | null) {
    this.#ask = ask;
    $effect(() => {
      this.refresh();
      return () => this.#running?.abort();
    });
    $effect(() => {
      if (live.returns > 0 && untrack(() => this.error?.isPassing)) untrack(this.refresh);
    });
  }

  refresh = (): void => {
    this.#running?.abort();
    const running = new AbortController();
    this.#running = running;
    const asked = this.#ask(running.signal);
    if (asked === null) {
      this.isLoading = false;
      return;
    }
    this.isLoading = true;
    asked
      .then((data) => {
        if (running.signal.aborted) return;
        this.data = data;
        this.error = null;
        this.isLoading = false;
      })
      .catch((error: unknown) => {
        if (running.signal.aborted) return;
        this.error = error instanceof ApiError ? error : new ApiError(-1, unexpected(error));
        this.isLoading = false;
      });
  };
}

function unexpected(error: unknown) {
  const message = error instanceof Error ? error.message : String(error);
  return { code: "page", message, hint: null, span: null, suggestion: null };
}
