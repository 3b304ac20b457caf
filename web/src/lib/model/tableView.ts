// How a table of runs is looked at, as the address has it. Keys, all left out where nothing was chosen:
//   q     FILTER                     which runs
//   sort  NAME [desc],…              by what they are sorted
//   cols  NAME,…                     columns, by the names that filters use
//   fix   COUNT                      so many of the first columns stay in view
//   wid   NAME~PIXELS,…              columns that were made wider or narrower
//   by    all-but-seed | NAME,… | -  groups; "-": none where there would be some
//   open  LABEL,…                    groups whose runs are shown
//   diff  1 | 0                      only columns in which runs differ
//   show  archived | deleted | all   other runs than those in use
//   parts 1 | 0                      runs that are parts of others here: as rows of their own, or counted with those
//   base  RUN                        the run that all are held against
import { parseList, printList } from "./chartView";
import { splitNames } from "./columns";

export interface SortKey {
  name: string;
  isDescending: boolean;
}

export const SHOWN = ["active", "archived", "deleted", "all"] as const;
export type Shown = (typeof SHOWN)[number];
export const ALL_BUT_SEED = "all-but-seed";

export interface TableView {
  filter: string;
  sort: SortKey[];
  /** null where nobody chose. */
  columns: string[] | null;
  pinned: number;
  widths: ReadonlyMap<string, number>;
  /** Names of params, or all-but-seed alone; none: no groups; null where nobody chose. */
  by: string[] | null;
  open: string[];
  /** null where nobody chose. */
  isDiffering: boolean | null;
  shown: Shown;
  /** Whether parts of runs are rows of their own; null where nobody chose. */
  parts: boolean | null;
  baseline: string | null;
}

export function parseSort(text: string | null): SortKey[] {
  return splitNames(text ?? "").map((part) => {
    const [, name = part, order = ""] = /^(.*?)(?:\s+(asc|desc))?$/i.exec(part) ?? [];
    return { name: name.trim(), isDescending: order.toLowerCase() === "desc" };
  });
}

export function printSort(keys: readonly SortKey[]): string | null {
  return keys.map((key) => key.name + (key.isDescending ? " desc" : "")).join(",") || null;
}

/** What a click on a column's head comes to: its better values first, then the other way round, then no order. */
export function sortedBy(keys: readonly SortKey[], name: string, isBestGreat: boolean, isAdded: boolean): SortKey[] {
  const known = keys.find((key) => key.name === name);
  const turned: SortKey | null = known ? (known.isDescending === isBestGreat ? { name, isDescending: !isBestGreat } : null) : { name, isDescending: isBestGreat };
  if (!isAdded) return turned ? [turned] : [];
  if (!known) return turned ? [...keys, turned] : [...keys];
  return keys.flatMap((key) => (key === known ? (turned ? [turned] : []) : [key]));
}

function parseWidths(text: string | null): Map<string, number> {
  return new Map(
    parseList(text).flatMap((part): [string, number][] => {
      const at = part.lastIndexOf("~");
      const width = Number(part.slice(at + 1));
      return at > 0 && width >= 40 && width <= 1000 ? [[part.slice(0, at), width]] : [];
    }),
  );
}

function parseBy(text: string | null): string[] | null {
  if (text === null || text === "") return null;
  return text === "-" ? [] : splitNames(text);
}

/** Read the view out of an address; what makes no sense there counts as not given. */
export function parseTableView(get: (key: string) => string | null): TableView {
  const columns = get("cols");
  const shown = get("show") as Shown | null;
  const truth = (key: string) => (get(key) === "1" ? true : get(key) === "0" ? false : null);
  return {
    filter: get("q") ?? "",
    sort: parseSort(get("sort")),
    columns: columns === null ? null : splitNames(columns),
    pinned: Math.max(0, Math.min(20, Math.trunc(Number(get("fix")) || 0))),
    widths: parseWidths(get("wid")),
    by: parseBy(get("by")),
    open: parseList(get("open")),
    isDiffering: truth("diff"),
    shown: shown && SHOWN.includes(shown) ? shown : "active",
    parts: truth("parts"),
    baseline: /^[0-9a-f]{4,32}$/.test(get("base") ?? "") ? get("base") : null,
  };
}

/** What to write into the address for parts of the view that changed. */
export function printTableView(changed: Partial<TableView>): Record<string, string | null> {
  const out: Record<string, string | null> = {};
  const digit = (is: boolean | null) => (is === null ? null : is ? "1" : "0");
  if (changed.filter !== undefined) out["q"] = changed.filter.trim() || null;
  if (changed.sort !== undefined) out["sort"] = printSort(changed.sort);
  if (changed.columns !== undefined) out["cols"] = changed.columns?.join(",") ?? null;
  if (changed.pinned !== undefined) out["fix"] = changed.pinned ? String(changed.pinned) : null;
  if (changed.widths !== undefined) out["wid"] = printList([...changed.widths].map(([name, width]) => `${name}~${Math.round(width)}`));
  if (changed.by !== undefined) out["by"] = changed.by === null ? null : changed.by.join(",") || "-";
  if (changed.open !== undefined) out["open"] = printList(changed.open);
  if (changed.isDiffering !== undefined) out["diff"] = digit(changed.isDiffering);
  if (changed.shown !== undefined) out["show"] = changed.shown === "active" ? null : changed.shown;
  if (changed.parts !== undefined) out["parts"] = digit(changed.parts);
  if (changed.baseline !== undefined) out["base"] = changed.baseline;
  return out;
}
