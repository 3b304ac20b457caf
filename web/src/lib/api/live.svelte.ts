// What changes while one looks, and whether it does.
import type { LiveMessage } from "./live-worker";
import { source } from "./source";

export interface Change {
  runs: Set<string>;
  /** More runs changed than were named: any may have. */
  isAll: boolean;
  isEdit: boolean;
}

/** still: nothing here can change; paused: changes wait until one goes on. */
export type LiveState = "live" | "paused" | "offline" | "still";

/** Who doesn't answer for so long isn't there. */
const SILENT_MS = 2000;

type Listener = (change: Change) => void;

class Live {
  #isOpen = $state(false);
  #isPaused = $state(false);
  /** What is wrong with the store, in words; null if nothing is. */
  trouble: string | null = $state(null);
  #hasBegun = $state(false);
  state: LiveState = $derived(!source.isLive ? "still" : this.#isPaused ? "paused" : this.#isOpen || !this.#hasBegun ? "live" : "offline");
  /** How often server and store have come back: what failed meanwhile is asked again. */
  returns = $state(0);
  /** When the last change came. */
  changedAt = $state(Date.now());
  readonly #listeners = new Set<Listener>();
  #known: string | null = null;
  #isFirst = true;
  #waiting: Change | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Listen from now on; `known` is the moment that the page was asked for, and what has changed since is told. */
  start(known: string | null): void {
    if (!source.isLive || this.#hasBegun) return;
    this.#hasBegun = true;
    this.#isOpen = true; // until it is known better
    setTimeout(() => (this.#isOpen &&= !this.#isFirst), SILENT_MS);
    this.#known = known;
    if (typeof SharedWorker === "undefined") {
      void import("./live-worker").then(({ serve }) => {
        const { port1, port2 } = new MessageChannel();
        serve(port1);
        this.#hear(port2);
      });
      return;
    }
    this.#share(500);
  }

  /** Listen through the thread that all tabs share; its script may be asked for while the server is away. */
  #share(waitMs: number): void {
    const worker = new SharedWorker(new URL("./live-worker.ts", import.meta.url), { type: "module", name: "runlore-live" });
    worker.onerror = () => {
      this.#isOpen = false;
      setTimeout(() => this.#share(Math.min(2 * waitMs, 5000)), waitMs);
    };
    this.#hear(worker.port);
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.#flush();
  }

  /** Be told of changes for as long as a component lives; a burst is told as one. */
  onChange(listener: Listener): void {
    $effect(() => {
      this.#listeners.add(listener);
      return () => this.#listeners.delete(listener);
    });
  }

  /** Tell of a change made here, without waiting for the server to say it. */
  tell(runs: readonly string[], isEdit = true): void {
    this.#gather({ runs: new Set(runs), isAll: runs.length === 0, isEdit }, 0);
  }

  #hear(port: MessagePort): void {
    port.onmessage = (event: MessageEvent<LiveMessage>) => this.#take(event.data);
    port.start();
    addEventListener("pagehide", () => port.postMessage("bye"));
  }

  #take(message: LiveMessage): void {
    if ((message.kind === "hello" || (message.kind === "state" && message.isOpen)) && this.#isFirst) {
      this.#isFirst = false;
      if (message.cursor !== this.#known) this.#gather({ runs: new Set(), isAll: true, isEdit: true });
    }
    if (message.kind === "state") {
      if (message.isOpen && !this.#isOpen) this.returns++;
      this.#isOpen = message.isOpen;
    } else if (message.kind === "hello") {
      // After a gap nobody can say what was missed.
      if (message.isGap) this.#gather({ runs: new Set(), isAll: true, isEdit: true });
      if (!this.#isOpen || this.trouble !== null) this.returns++;
      this.#isOpen = true;
      this.trouble = null;
    } else if (message.kind === "changed") {
      this.#gather({ runs: new Set(message.runs), isAll: message.isAll, isEdit: message.isEdit });
    } else {
      this.trouble = message.state === "back" ? null : message.message;
      if (message.state !== "back") return;
      this.returns++;
      this.#gather({ runs: new Set(), isAll: true, isEdit: true });
    }
  }

  #gather(change: Change, delay = 40): void {
    const waiting = this.#waiting;
    this.#waiting = {
      runs: new Set([...(waiting?.runs ?? []), ...change.runs]),
      isAll: (waiting?.isAll ?? false) || change.isAll,
      isEdit: (waiting?.isEdit ?? false) || change.isEdit,
    };
    if (delay === 0) this.#flush(true);
    else this.#timer ??= setTimeout(() => this.#flush(), delay);
  }

  #flush(isOwn = false): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if ((this.#isPaused && !isOwn) || this.#waiting === null) return;
    const change = this.#waiting;
    this.#waiting = null;
    this.changedAt = Date.now();
    for (const listener of this.#listeners) listener(change);
  }
}

export const live = new Live();
