// A table of data: which rows are seen, in what order, and how cells read.
import type { Cell } from "../api/contract";
import { formatExact, formatNumber } from "./format";

export interface TableOrder {
  column: number;
  isDescending: boolean;
}

/** What a cell says; numbers by their digits, nothing as a dash. */
export function cellText(cell: Cell | undefined): string {
  if (cell === null || cell === undefined) return "–";
  if (typeof cell === "number") return formatNumber(cell, 6);
  if (cell === "NaN" || cell === "Infinity" || cell === "-Infinity") return formatExact(cell);
  return String(cell);
}

export function isNumeric(rows: readonly (readonly Cell[])[], column: number): boolean {
  let isAny = false;
  for (const row of rows.slice(0, 200)) {
    const cell = row[column];
    if (cell === null || cell === undefined) continue;
    if (!isNumber(cell)) return false;
    isAny = true;
  }
  return isAny;
}

/** The places of the rows that hold `search` in any cell, in order; without an order as they came. */
export function arranged(rows: readonly (readonly Cell[])[], search: string, order: TableOrder | null): number[] {
  const wanted = search.trim().toLowerCase();
  const places: number[] = [];
  rows.forEach((row, place) => {
    if (!wanted || row.some((cell) => cell !== null && String(cell).toLowerCase().includes(wanted))) places.push(place);
  });
  if (!order) return places;
  const sign = order.isDescending ? -1 : 1;
  const key = (place: number) => rows[place]?.[order.column] ?? null;
  return places.sort((one, other) => compared(key(one), key(other), sign) || one - other);
}

/** Numbers before texts; what is missing or no number stands last either way. */
function compared(one: Cell, other: Cell, sign: number): number {
  const [first, second] = [rankOf(one), rankOf(other)];
  if (first !== second) return first >= 2 || second >= 2 ? first - second : sign * (first - second);
  if (first === 0) {
    const [left, right] = [valueOf(one), valueOf(other)];
    return left === right ? 0 : sign * (left - right);
  }
  if (first > 1) return 0;
  return sign * String(one).localeCompare(String(other), undefined, { numeric: true });
}

function rankOf(cell: Cell): number {
  if (cell === null) return 3;
  if (typeof cell === "boolean") return 0;
  if (!isNumber(cell)) return 1;
  return Number.isNaN(valueOf(cell)) ? 2 : 0;
}

/** Numbers, also those that a file without types gives as texts. */
function isNumber(cell: Cell): boolean {
  return typeof cell === "number" || (typeof cell === "string" && /^\s*[-+]?(?:(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?|nan|inf(?:inity)?)\s*$/i.test(cell));
}

function valueOf(cell: Cell): number {
  return typeof cell === "string" ? Number(cell.replace(/\binf\b/i, "Infinity")) : Number(cell);
}

/** A column's width in pixels, by what stands in its first rows. */
export function widthOf(title: string, rows: readonly (readonly Cell[])[], column: number): number {
  let longest = title.length + 1;
  for (const row of rows.slice(0, 60)) longest = Math.max(longest, cellText(row[column]).length);
  return Math.max(56, Math.min(360, 24 + longest * 7.8));
}
