// What lines of a table can be, and how groups of runs and their members stand in one list.
import type { Cell, Column, GroupTable, RunLine } from "../api/contract";
import { labelOf, parseColumn } from "../model/columns";

export type GroupLine = GroupTable["rows"][number];

export type TableRow =
  | { kind: "run"; line: RunLine | undefined; isMember: boolean; id: string }
  | { kind: "group"; group: GroupLine; isOpen: boolean }
  | { kind: "rest"; group: GroupLine; count: number };

/** A group whose members are shown, and at which place among the groups it stands. */
export interface OpenGroup {
  at: number;
  group: GroupLine;
}

/** Lines that an open group adds under itself: its members, and one that says how many more there are. */
export const linesUnder = (group: GroupLine) => group.runs.length + (group.n > group.runs.length ? 1 : 0);

/** Find out what stands at a place of the list: the group there, or the open group it lies under and how deep. */
export function placeOf(open: readonly OpenGroup[], index: number): { group: number; under: number | null; of: OpenGroup | null } {
  let shift = 0;
  for (const one of open) {
    const start = one.at + 1 + shift;
    if (index < start) break;
    const count = linesUnder(one.group);
    if (index < start + count) return { group: one.at, under: index - start, of: one };
    shift += count;
  }
  return { group: index - shift, under: null, of: null };
}

/** The value of a metric in a row by which it is held against a baseline. */
export function numberIn(row: TableRow, column: Column, place: number): number | null {
  const value = row.kind === "run" ? row.line?.values[place] : row.kind === "group" ? meanOf(row.group, column) : null;
  return asNumber(value);
}

export function meanOf(group: GroupLine, column: Column): Cell {
  const label = labelOf(column.name);
  return label === null ? null : (group.metrics[label]?.mean ?? null);
}

export function asNumber(value: Cell | undefined): number | null {
  const number = typeof value === "number" ? value : null;
  return number !== null && Number.isFinite(number) ? number : null;
}

/** Whether a difference in this column says something: of values of metrics, not of steps and counts. */
export function isCompared(column: Column): boolean {
  const { section, statistic } = parseColumn(column.name);
  return section === "metrics" && ["last", "min", "max", "best", "mean"].includes(statistic);
}

/** Whether a difference is for the better; null where nobody said what is better. */
export function isBetter(column: Column, difference: number): boolean | null {
  if (column.direction === null || difference === 0) return null;
  return column.direction === "max" ? difference > 0 : difference < 0;
}
