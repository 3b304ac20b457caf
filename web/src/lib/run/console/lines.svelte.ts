// The lines of a console, asked for in blocks where they are looked at; new ones as they are printed.
import type { ConsolePage } from "../../api/contract";
import { ApiError, source } from "../../api/source";
import { Blocks, BLOCK, blocksOf } from "../../model/windows";

type ConsoleLine = ConsolePage["lines"][number];

export interface Wanted {
  run: string;
  stream: "stdout" | "stderr" | null;
  rank: number | null;
}

const KEPT_BLOCKS = 120;
const MOST_BLOCKS = 10; // in one answer

export class ConsoleLines {
  total = $state(0);
  isLive = $state(false);
  isKnown = $state(false);
  error: ApiError | null = $state.raw(null);
  /** Changes when lines came. */
  version = $state(0);
  readonly #wanted: () => Wanted;
  readonly #blocks = new Blocks<ConsoleLine>(KEPT_BLOCKS);
  readonly #asked = new Set<number>();
  #epoch = 0;

  /** Call in a component. */
  constructor(wanted: () => Wanted) {
    this.#wanted = wanted;
    $effect(() => {
      const { run, stream, rank } = wanted();
      void [run, stream, rank];
      this.#epoch++;
      this.#blocks.clear();
      this.#asked.clear();
      this.isKnown = false;
      void this.refresh();
    });
  }

  rowAt(number: number): ConsoleLine | undefined {
    void this.version;
    return this.#blocks.rowAt(number);
  }

  /** See to it that lines `first` to `last` are here. */
  need(first: number, last: number): void {
    const missing = blocksOf(first, last, this.total).filter((block) => !this.#isWhole(block) && !this.#asked.has(block));
    for (let at = 0; at < missing.length; ) {
      let end = at + 1;
      while (end < missing.length && missing[end] === (missing[end - 1] ?? 0) + 1 && end - at < MOST_BLOCKS) end++;
      void this.#load(missing.slice(at, end));
      at = end;
    }
  }

  /** Ask how many there are now, and for the last ones. */
  refresh = async (): Promise<void> => {
    const epoch = this.#epoch;
    try {
      const page = await this.page({ limit: BLOCK });
      if (epoch !== this.#epoch) return;
      this.total = page.total;
      this.isLive = page.is_live;
      this.isKnown = true;
      this.error = null;
      this.#put(page.lines);
    } catch (error) {
      if (epoch === this.#epoch) this.#fail(error);
    }
  };

  /** Some lines as the server gives them, of the same stream and rank. */
  page(query: { after?: number; before?: number; limit?: number; search?: string }): Promise<ConsolePage> {
    const { run, stream, rank } = this.#wanted();
    return source.get<ConsolePage>(`/runs/${run}/console`, { stream, rank, ...query });
  }

  #isWhole(block: number): boolean {
    return this.#blocks.has(block) && this.#blocks.rowAt(Math.min((block + 1) * BLOCK, this.total) - 1) !== undefined;
  }

  async #load(blocks: number[]): Promise<void> {
    const epoch = this.#epoch;
    for (const block of blocks) this.#asked.add(block);
    try {
      const page = await this.page({ after: (blocks[0] ?? 0) * BLOCK - 1, limit: blocks.length * BLOCK });
      if (epoch !== this.#epoch) return;
      this.total = page.total;
      this.isLive = page.is_live;
      this.error = null;
      this.#put(page.lines);
    } catch (error) {
      if (epoch === this.#epoch) this.#fail(error);
    } finally {
      if (epoch === this.#epoch) for (const block of blocks) this.#asked.delete(block);
    }
  }

  /** Keep what is whole from its block's begin on; long lines may have cut an answer short. */
  #put(lines: readonly ConsoleLine[]): void {
    const byBlock = new Map<number, ConsoleLine[]>();
    for (const line of lines) {
      const block = Math.floor(line.number / BLOCK);
      const of = byBlock.get(block);
      if (of) of.push(line);
      else byBlock.set(block, [line]);
    }
    for (const [block, rows] of byBlock) if (rows[0]?.number === block * BLOCK) this.#blocks.put(block, rows);
    this.version++;
  }

  #fail(error: unknown): void {
    if (error instanceof ApiError) this.error = error;
  }
}
