// What is offered to go on with a text that is being typed.
import type { Completion } from "../api/contract";
import { completed } from "../model/completion";

const STILL_MS = 60; // typing on, nobody reads what is offered for half of a word

type Ask = (text: string, at: number, signal: AbortSignal) => Promise<Completion>;

export class Completing {
  offered: Completion | null = $state.raw(null);
  /** The place of the one that keys have moved to, -1 for none. */
  chosen = $state(-1);
  readonly #ask: Ask;
  /** The text that is offered for: of another one, its places would be wrong. */
  #text = "";
  #running: AbortController | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(ask: Ask) {
    this.#ask = ask;
  }

  /** Ask what may stand at the caret of a text, once nothing was typed for a moment; at once, and wait for it. */
  async ask(text: string, at: number, isAtOnce = false): Promise<void> {
    this.#drop();
    const running = new AbortController();
    this.#running = running;
    const go = async () => {
      try {
        const found = await this.#ask(text, at, running.signal);
        if (!running.signal.aborted) this.#offer(text, found);
      } catch {
        if (!running.signal.aborted) this.#offer(text, null); // typing goes on without help
      }
    };
    if (isAtOnce) await go();
    else this.#timer = setTimeout(() => void go(), STILL_MS);
  }

  /** Offer nothing, and nothing of what is on its way. */
  close = (): void => {
    this.#drop();
    this.offered = null;
    this.chosen = -1;
  };

  choose(step: 1 | -1): void {
    const count = this.offered?.items.length ?? 0;
    if (!count) return;
    this.chosen = this.chosen < 0 ? (step > 0 ? 0 : count - 1) : (this.chosen + step + count) % count;
  }

  /** Put something into the text; null where it isn't offered, or was for another one. */
  take(offer: string | undefined, text: string): { text: string; caret: number } | null {
    if (!this.offered?.items.some((item) => item.text === offer) || offer === undefined || text !== this.#text) return null;
    const made = completed(text, this.offered.span, offer);
    this.close();
    return made;
  }

  #offer(text: string, found: Completion | null): void {
    this.#text = text;
    this.offered = found?.items.length ? found : null;
    this.chosen = -1;
  }

  #drop(): void {
    this.#running?.abort();
    clearTimeout(this.#timer);
  }
}
