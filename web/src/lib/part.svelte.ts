// Pages that are loaded when somebody goes there, or once there is nothing else to do.
import type { Component } from "svelte";

type Loading<Page extends Component<any>> = () => Promise<{ default: Page }>;

const IDLE_MS = 1500;

export class Part<Page extends Component<any>> {
  page: Page | null = $state.raw(null);
  isMissing = $state(false);
  readonly #load: Loading<Page>;
  #isAsked = false;

  constructor(load: Loading<Page>) {
    this.#load = load;
  }

  /** Load it; a second call waits for the first. */
  ask = (): void => {
    if (this.#isAsked) return;
    this.#isAsked = true;
    this.isMissing = false;
    this.#load()
      .then((module) => (this.page = module.default))
      .catch(() => {
        this.isMissing = true;
        this.#isAsked = false;
      });
  };

  /** Load it later, so that going there takes no time and needs no server. */
  askLater(): void {
    setTimeout(this.ask, IDLE_MS);
  }
}
