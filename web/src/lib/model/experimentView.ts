// How an experiment is looked at, as the address has it. Keys, all left out where nothing was chosen:
//   metric  LABEL           the metric that decides
//   groups  PARAM,…         params to group by (else: all that were varied but the seed)
//   list    groups | runs   what the table lists
//   sorted  KEY | -KEY      by which column, "-" for descending
//   turned  LABEL,…         groups that are open where others are closed, or the other way round
//   head    0 | 1           the head is folded, or isn't; else it is where there is little room
//   hide    SHORT,…         runs that no chart draws, by their short ids
// Charts add theirs, and so does the table of runs: see chartView.ts, tableView.ts.
import { parseList, printList } from "./chartView";

export const COLUMNS = ["name", "value", "difference", "chance", "seconds"] as const;
export type ColumnKey = (typeof COLUMNS)[number];

export interface Sorting {
  key: ColumnKey;
  isDescending: boolean;
}

export interface ExperimentLook {
  metric: string | null;
  by: readonly string[];
  list: "groups" | "runs";
  /** null: best first. */
  sorted: Sorting | null;
  open: ReadonlySet<string>;
  /** null: as there is room. */
  isFolded: boolean | null;
  hidden: readonly string[];
}

export function parseExperimentLook(get: (key: string) => string | null): ExperimentLook {
  return {
    metric: get("metric") || null,
    by: parseList(get("groups")),
    list: get("list") === "runs" ? "runs" : "groups",
    sorted: parseSorting(get("sorted")),
    open: new Set(parseList(get("turned"))),
    isFolded: get("head") === "0" ? true : get("head") === "1" ? false : null,
    hidden: parseList(get("hide")),
  };
}

export function printExperimentLook(changed: Partial<ExperimentLook>): Record<string, string | null> {
  const out: Record<string, string | null> = {};
  if (changed.metric !== undefined) out["metric"] = changed.metric;
  if (changed.by !== undefined) out["groups"] = printList(changed.by);
  if (changed.list !== undefined) out["list"] = changed.list === "runs" ? "runs" : null;
  if (changed.sorted !== undefined) out["sorted"] = changed.sorted && (changed.sorted.isDescending ? "-" : "") + changed.sorted.key;
  if (changed.open !== undefined) out["turned"] = printList(changed.open);
  if (changed.hidden !== undefined) out["hide"] = printList(changed.hidden);
  if (changed.isFolded !== undefined) out["head"] = changed.isFolded === null ? null : changed.isFolded ? "0" : "1";
  return out;
}

function parseSorting(text: string | null): Sorting | null {
  const key = COLUMNS.find((one) => one === text?.replace(/^-/, ""));
  return key ? { key, isDescending: text?.startsWith("-") ?? false } : null;
}

/** The next way of sorting by a column: up, down, and best first again. */
export function nextSorting(now: Sorting | null, key: ColumnKey): Sorting | null {
  if (now?.key !== key) return { key, isDescending: false };
  return now.isDescending ? null : { key, isDescending: true };
}
