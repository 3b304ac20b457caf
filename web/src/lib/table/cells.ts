// How cells of a table of runs read: values, what groups came to, and differences to a baseline.
import type { Column, RunLine } from "../api/contract";
import { cellText, isNumeric, labelOf, parseColumn } from "../model/columns";
import { formatDifference, formatNumber } from "../model/format";
import { asNumber, isBetter, isCompared, meanOf, numberIn, type GroupLine, type TableRow } from "./rows";

/** What rows are held against. */
export interface Against {
  runs: readonly string[];
  /** Of each column the value, or the mean of several runs. */
  values: readonly (number | null)[];
  /** The group that the baseline is in: groups are held against its mean. */
  group: GroupLine | null;
}

export function againstOf(lines: readonly RunLine[], columns: number, group: GroupLine | null): Against {
  const values = Array.from({ length: columns }, (_, place) => {
    const found = lines.flatMap((line) => asNumber(line.values[place]) ?? []);
    return found.length ? found.reduce((sum, one) => sum + one, 0) / found.length : null;
  });
  return { runs: lines.map((line) => line.id), values, group };
}

export function textOf(row: TableRow, column: Column, place: number): string {
  if (row.kind === "run") return row.line ? cellText(column, row.line.values[place]) : "";
  if (row.kind === "rest") return "";
  const { section, name } = parseColumn(column.name);
  if (section === "params") return row.group.key[name] ?? "";
  return cellText(column, meanOf(row.group, column));
}

/** What is said behind a value: the spread of a group, and the difference to the baseline. */
export function noteOf(row: TableRow, column: Column, place: number, against: Against | null): string {
  const words: string[] = [];
  if (row.kind === "group") {
    const label = labelOf(column.name);
    const std = label === null ? null : asNumber(row.group.metrics[label]?.std);
    if (std !== null) words.push(`± ${formatNumber(std, 2)}`);
  }
  const difference = differenceOf(row, column, place, against);
  if (difference !== null) words.push(formatDifference(difference, 2));
  return words.join(" ");
}

export function differenceOf(row: TableRow, column: Column, place: number, against: Against | null): number | null {
  if (against === null || !isCompared(column)) return null;
  if (row.kind === "run" ? against.runs.includes(row.id) : row.kind === "group" && row.group === against.group) return null;
  const value = numberIn(row, column, place);
  const other = row.kind === "group" && against.group ? asNumber(meanOf(against.group, column)) : (against.values[place] ?? null);
  return value === null || other === null ? null : value - other;
}

export function toneOf(row: TableRow, column: Column, place: number, against: Against | null): string {
  const difference = differenceOf(row, column, place, against);
  const better = difference === null ? null : isBetter(column, difference);
  if (better !== null) return better ? "better" : "worse";
  return isNumeric(column) ? "" : "soft";
}
