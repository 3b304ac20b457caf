// A long list that is read by the parts that are seen. What was read stays on the screen until what replaces it is here.
import { untrack } from "svelte";

import { live } from "../api/live.svelte";
import { ApiError } from "../api/source";
import { steady } from "../model/steady";
import { BLOCK, Blocks, blocksOf, together } from "../model/windows";

export interface Part<Row, Head> {
  rows: readonly Row[];
  total: number;
  head: Head;
}

export interface Question<Row, Head> {
  /** Questions of one key have the same answer. */
  key: string;
  /** Questions of one order have the same rows at the same places, though perhaps with other columns. */
  order: string;
  ask: (offset: number, limit: number, signal: AbortSignal) => Promise<Part<Row, Head>>;
}

const STILL_MS = 40; // scrolling on, nobody reads what flies by
const AHEAD = 2 * BLOCK; // rows that are read where one is going, before one is there

export class Windowed<Row, Head> {
  head: Head | null = $state.raw(null);
  total = $state(0);
  error: ApiError | null = $state.raw(null);
  isLoading = $state(false);
  /** Rows that came meanwhile and aren't shown yet. */
  fresh = $state(0);
  /** Goes up when other rows are shown: the table begins at its top again. */
  order = $state(0);
  #version = $state(0);
  #blocks = new Blocks<Row>();
  #question: Question<Row, Head> | null = null;
  #begun: AbortController | null = null;
  readonly #asked = new Map<number, AbortController>();
  #seen: [number, number] = [0, BLOCK - 1];
  /** Where one is going: rows further down, or up if it is less than none. */
  #ahead = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** `question` reads reactively what is asked; null where nothing is. Call in a component. */
  constructor(question: () => Question<Row, Head> | null) {
    $effect(() => {
      const asked = question();
      untrack(() => this.#follow(asked));
    });
    $effect(() => {
      if (live.returns > 0 && untrack(() => this.error?.isPassing)) untrack(() => void this.refresh());
    });
    $effect(() => () => {
      this.#stop();
      clearTimeout(this.#timer);
    });
  }

  rowAt = (index: number): Row | undefined => {
    void this.#version;
    return this.#blocks.rowAt(index);
  };

  /** The rows that are here, with their places. */
  get here(): [number, Row][] {
    void this.#version;
    return [...this.#blocks.entries()];
  }

  /** Say which rows are looked at. */
  need = (first: number, last: number): void => {
    if (first !== this.#seen[0]) this.#ahead = first > this.#seen[0] ? AHEAD : -AHEAD;
    this.#seen = [first, last];
    if (this.#begun) return;
    clearTimeout(this.#timer);
    if (this.#missing().length) this.#timer = setTimeout(this.#fetch, this.#asked.size ? STILL_MS : 0);
  };

  /** Read what is seen again; the rest is forgotten. */
  refresh = (): Promise<void> => (this.#question ? this.#begin(this.#question, this.#seenBlocks(this.total)) : Promise.resolve());

  change(change: (row: Row) => Row): void {
    this.#blocks.change(change);
    this.#version++;
  }

  #follow(asked: Question<Row, Head> | null): void {
    const before = this.#question;
    if (asked?.key === before?.key && this.error === null) return;
    this.#question = asked;
    if (asked === null) return;
    const isSameOrder = asked.order === before?.order && this.head !== null;
    if (!isSameOrder) [this.#seen, this.#ahead] = [[0, this.#seen[1] - this.#seen[0]], 0]; // it begins at its top
    void this.#begin(asked, isSameOrder ? this.#seenBlocks(this.total) : [0]).then(() => {
      if (!isSameOrder && this.#question === asked) this.order++;
    });
  }

  async #begin(question: Question<Row, Head>, blocks: number[]): Promise<void> {
    this.#stop();
    const begun = new AbortController();
    this.#begun = begun;
    this.isLoading = true;
    try {
      const parts = await Promise.all(blocks.map((block) => question.ask(block * BLOCK, BLOCK, begun.signal)));
      if (begun.signal.aborted) return;
      const made = new Blocks<Row>();
      parts.forEach((part, at) => made.put(blocks[at]!, part.rows));
      this.#blocks = made;
      this.head = steady(this.head, parts[0]!.head);
      this.total = parts[0]!.total;
      this.fresh = 0;
      this.error = null;
      this.#version++;
    } catch (error) {
      if (begun.signal.aborted) return;
      this.error = asApiError(error);
    }
    this.isLoading = false;
    this.#begun = null;
    this.need(...this.#seen);
  }

  #fetch = (): void => {
    const question = this.#question;
    if (question === null || this.#begun) return;
    const wanted = new Set(this.#nearBlocks().map((block) => this.#asked.get(block)));
    for (const [block, running] of this.#asked) {
      if (wanted.has(running)) continue;
      running.abort();
      this.#asked.delete(block);
    }
    for (const blocks of together(this.#missing())) void this.#read(question, blocks);
  };

  /** Read blocks that follow each other. */
  async #read(question: Question<Row, Head>, blocks: readonly number[]): Promise<void> {
    const running = new AbortController();
    const begin = blocks[0]! * BLOCK;
    for (const block of blocks) this.#asked.set(block, running);
    try {
      const part = await question.ask(begin, blocks.length * BLOCK, running.signal);
      if (running.signal.aborted) return;
      for (const block of blocks) this.#blocks.put(block, part.rows.slice(block * BLOCK - begin, (block + 1) * BLOCK - begin));
      this.fresh = part.total - this.total;
      this.#version++;
    } catch (error) {
      if (!running.signal.aborted) this.error = asApiError(error);
    } finally {
      for (const block of blocks) if (this.#asked.get(block) === running) this.#asked.delete(block);
    }
  }

  #seenBlocks(total: number): number[] {
    const found = blocksOf(this.#seen[0], this.#seen[1], total);
    return found.length ? found : [0];
  }

  #nearBlocks(): number[] {
    return blocksOf(this.#seen[0] + Math.min(0, this.#ahead), this.#seen[1] + Math.max(0, this.#ahead), this.total);
  }

  #missing(): number[] {
    return this.#nearBlocks().filter((block) => !this.#blocks.has(block) && !this.#asked.has(block));
  }

  #stop(): void {
    this.#begun?.abort();
    for (const running of this.#asked.values()) running.abort();
    this.#asked.clear();
  }
}

function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new ApiError(-1, { code: "page", message, hint: null, span: null, suggestion: null });
}
