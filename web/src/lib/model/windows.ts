// Rows that come in blocks: which to ask for, and which to keep.

/** As many rows as are seen at once, about: the first ones are there the sooner. */
export const BLOCK = 50;

/** The blocks that hold rows `first` to `last`, both included. */
export function blocksOf(first: number, last: number, total: number): number[] {
  if (total <= 0 || last < 0 || first >= total) return [];
  const from = Math.floor(Math.max(0, first) / BLOCK);
  const to = Math.floor(Math.min(total - 1, last) / BLOCK);
  return Array.from({ length: to - from + 1 }, (_, place) => from + place);
}

/** Blocks that follow each other, which can be read together. */
export function together(blocks: readonly number[]): number[][] {
  const found: number[][] = [];
  for (const block of blocks) {
    const last = found.at(-1);
    if (last?.at(-1) === block - 1) last.push(block);
    else found.push([block]);
  }
  return found;
}

/** Blocks of rows by their number; of too many, those go that weren't looked at longest. */
export class Blocks<T> {
  readonly #blocks = new Map<number, readonly T[]>();
  readonly #most: number;

  constructor(most = 80) {
    this.#most = most;
  }

  rowAt(index: number): T | undefined {
    return this.#blocks.get(Math.floor(index / BLOCK))?.[index % BLOCK];
  }

  has(block: number): boolean {
    const found = this.#blocks.get(block);
    if (found === undefined) return false;
    this.#blocks.delete(block); // to the end: looked at last
    this.#blocks.set(block, found);
    return true;
  }

  put(block: number, rows: readonly T[]): void {
    this.#blocks.delete(block);
    this.#blocks.set(block, rows);
    for (const oldest of this.#blocks.keys()) {
      if (this.#blocks.size <= this.#most) break;
      this.#blocks.delete(oldest);
    }
  }

  clear(): void {
    this.#blocks.clear();
  }

  /** All rows that are here with their places, from the first on. */
  *entries(): Iterable<[number, T]> {
    for (const block of [...this.#blocks.keys()].sort((a, b) => a - b)) {
      const rows = this.#blocks.get(block) ?? [];
      for (let place = 0; place < rows.length; place++) yield [block * BLOCK + place, rows[place] as T];
    }
  }

  /** Put others in the place of rows; those for which `change` gives the same stay. */
  change(change: (row: T) => T): void {
    for (const [block, rows] of this.#blocks) this.#blocks.set(block, rows.map(change));
  }
}

/** The part of a list of widths that lies in a window: first and last place, both included; none before `begin`. */
export function columnsIn(starts: readonly number[], widths: readonly number[], left: number, width: number, begin = 0): [number, number] {
  let first = begin;
  while (first < widths.length - 1 && (starts[first] ?? 0) + (widths[first] ?? 0) <= left) first++;
  let last = first;
  while (last < widths.length - 1 && (starts[last + 1] ?? 0) < left + width) last++;
  return [first, last];
}

const MOST_PIXELS = 12_000_000; // that browsers can place things in

/** How tall rows are made that are `full` pixels tall, and by how much going down the page goes down the rows. */
export function stretched(full: number, room: number): { tall: number; scale: number } {
  const tall = Math.min(full, MOST_PIXELS);
  return { tall, scale: full > tall ? (full - room) / Math.max(1, tall - room) : 1 };
}

/** Which row each of `pool` elements shows so that none of them moves to another place in the page. */
export function slotRows(first: number, pool: number): number[] {
  return Array.from({ length: pool }, (_, slot) => first + ((((slot - first) % pool) + pool) % pool));
}
