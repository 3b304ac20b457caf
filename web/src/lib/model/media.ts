// What was logged to look at: which item is seen at a step, and what the forms of docs/formats/media.md hold.
import type { Cell, MediaItem, Num } from "../api/contract";

/** The steps there are, ascending; null for items without one is left out. */
export function stepsOf(items: readonly MediaItem[]): number[] {
  return [...new Set(items.flatMap((one) => (one.step === null ? [] : [one.step])))].sort((one, other) => one - other);
}

/** The place of the last step up to the wanted one; the first if none is so early, the last if none is wanted. */
export function placeOfStep(steps: readonly number[], wanted: number | null): number {
  if (wanted === null) return steps.length - 1;
  let low = 0;
  let high = steps.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((steps[middle] ?? 0) <= wanted) low = middle + 1;
    else high = middle;
  }
  return steps.length ? Math.max(0, low - 1) : -1;
}

export function contextsOf(items: readonly MediaItem[]): string[] {
  return [...new Set(items.map((one) => one.context))].sort();
}

/** The newest items at a step, one for each context. */
export function itemsAt(items: readonly MediaItem[], wanted: number | null): MediaItem[] {
  const byContext = new Map<string, MediaItem[]>();
  for (const item of items) {
    const of = byContext.get(item.context);
    if (of) of.push(item);
    else byContext.set(item.context, [item]);
  }
  return [...byContext.keys()].sort().flatMap((context) => {
    const own = byContext.get(context) ?? [];
    const steps = stepsOf(own);
    const step = steps[placeOfStep(steps, wanted)];
    return own.findLast((one) => one.step === (step ?? null)) ?? own.at(-1) ?? [];
  });
}

export interface TableData {
  columns: string[];
  rows: Cell[][];
}

/** Read a table as it was logged; null where it is none. */
export function tableOf(data: unknown): TableData | null {
  if (typeof data !== "object" || data === null) return null;
  const { columns, rows } = data as Record<string, unknown>;
  if (!Array.isArray(columns) || !Array.isArray(rows)) return null;
  return { columns: columns.map(String), rows: rows.map((row) => (Array.isArray(row) ? row.map(plainCell) : [])) };
}

const NOT_FINITE: Record<string, Num> = { nan: "NaN", inf: "Infinity", "-inf": "-Infinity" };

function plainCell(cell: unknown): Cell {
  if (cell === null || typeof cell === "number" || typeof cell === "string" || typeof cell === "boolean") return cell;
  const kind = (cell as Record<string, unknown>)["$"];
  if (typeof kind === "string" && Object.hasOwn(NOT_FINITE, kind)) return NOT_FINITE[kind] ?? null;
  if (kind === "int") return String((cell as Record<string, unknown>)["text"]);
  return JSON.stringify(kind === "dict" ? (cell as Record<string, unknown>)["items"] : cell);
}

export interface RateCurve {
  label: string;
  positives: number;
  negatives: number;
  area: number | null;
  precision: number | null;
  roc: { x: number[]; y: number[]; threshold: (number | null)[] } | null;
  recall: { x: number[]; y: number[]; threshold: (number | null)[] } | null;
}

export interface Predictions {
  labels: string[];
  n: number;
  leftOut: number;
  /** A row for each class that samples are of, a column for each they were taken for. */
  confusion: number[][];
  curves: RateCurve[];
}

/** Read predictions as they were logged; null where they are none. */
export function predictionsOf(data: unknown): Predictions | null {
  if (typeof data !== "object" || data === null) return null;
  const all = data as Record<string, unknown>;
  if (!Array.isArray(all["labels"]) || !Array.isArray(all["confusion"])) return null;
  const numbers = (value: unknown): number[] => (Array.isArray(value) ? value.map(Number) : []);
  const number = (value: unknown) => (typeof value === "number" ? value : null);
  const points = (value: unknown, x: string, y: string) => {
    if (typeof value !== "object" || value === null) return null;
    const of = value as Record<string, unknown>;
    const threshold = Array.isArray(of["threshold"]) ? of["threshold"].map(number) : [];
    return { x: numbers(of[x]), y: numbers(of[y]), threshold };
  };
  const curves = Array.isArray(all["curves"]) ? (all["curves"] as Record<string, unknown>[]) : [];
  return {
    labels: all["labels"].map(String),
    n: Number(all["n"] ?? 0),
    leftOut: Number(all["left_out"] ?? 0),
    confusion: all["confusion"].map(numbers),
    curves: curves.map((one) => ({
      label: String(one["label"]),
      positives: Number(one["positives"]), negatives: Number(one["negatives"]), area: number(one["area"]), precision: number(one["average_precision"]),
      roc: points(one["roc"], "false_positive_rate", "true_positive_rate"),
      recall: points(one["precision_recall"], "recall", "precision"),
    })), // prettier-ignore
  };
}

/** Share of samples that were taken for what they are; null without samples. */
export function accuracyOf(confusion: readonly (readonly number[])[]): number | null {
  let [right, all] = [0, 0];
  confusion.forEach((row, truth) => row.forEach((count, taken) => ((all += count), (right += truth === taken ? count : 0))));
  return all ? right / all : null;
}
