// What is ticked in a table, by clicks and keys.
import { selected } from "../model/selection.svelte";
import type { TableRow } from "./rows";

/** The runs of a row; of a group those that are listed. */
export function runsOf(row: TableRow | undefined): string[] {
  return row === undefined || row.kind === "rest" ? [] : row.kind === "run" ? [row.id] : row.group.runs;
}

export class Choosing {
  readonly #rowAt: (index: number) => TableRow | undefined;
  /** Where a range with shift begins. */
  #begin = -1;

  constructor(rowAt: (index: number) => TableRow | undefined) {
    this.#rowAt = rowAt;
  }

  has(row: TableRow): boolean {
    const runs = runsOf(row);
    return runs.length > 0 && runs.every((run) => selected.has(run));
  }

  toggle(index: number): void {
    const row = this.#rowAt(index);
    if (row) this.#set([row], !this.has(row));
    this.#begin = index;
  }

  /** Tick all from the row that was ticked last to this one. */
  extend(index: number): void {
    const begin = this.#begin < 0 ? index : this.#begin;
    const [first, last] = [Math.min(begin, index), Math.max(begin, index)];
    const rows: TableRow[] = [];
    for (let at = first; at <= last; at++) {
      const row = this.#rowAt(at);
      if (row) rows.push(row);
    }
    this.#set(rows, true);
  }

  begin(index: number): void {
    this.#begin = index;
  }

  #set(rows: TableRow[], isChosen: boolean): void {
    for (const run of rows.flatMap(runsOf)) {
      if (isChosen) selected.add(run);
      else selected.delete(run);
    }
  }
}
