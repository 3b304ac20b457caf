// What a table of runs asks the server.
import type { Column, GroupTable, RunLine, RunTable } from "../api/contract";
import { source, type Query } from "../api/source";
import { labelOf, parseColumn } from "../model/columns";
import { printSort, type Shown, type SortKey, type TableView } from "../model/tableView";
import type { GroupLine } from "./rows";
import type { Part, Question } from "./windowed.svelte";

export interface RunsHead {
  columns: Column[];
  notes: string[];
  /** How many of the runs are parts of others there, where that was asked. */
  folded: number;
}
export interface GroupsHead {
  by: string[];
  notes: string[];
}

const STANDS: Record<Shown, { archived: string; deleted: string }> = {
  active: { archived: "false", deleted: "false" },
  archived: { archived: "true", deleted: "false" },
  deleted: { archived: "any", deleted: "true" },
  all: { archived: "any", deleted: "any" },
};

/** Asks for runs; `parts` of others among them as rows of their own, or counted with those (false), null where that isn't told apart. */
export function runsQuestion(
  view: TableView,
  experiment: string | null,
  columns: readonly string[],
  { isDiffering = false, parts = null }: { isDiffering?: boolean; parts?: boolean | null } = {},
): Question<RunLine, RunsHead> {
  const rows: Query = { filter: view.filter, order: printSort(view.sort), experiment, ...STANDS[view.shown], parts };
  const query = { ...rows, columns: columns.join(","), only_differing: isDiffering };
  return {
    key: JSON.stringify(query),
    order: JSON.stringify(rows),
    ask: async (offset, limit, signal): Promise<Part<RunLine, RunsHead>> => {
      const { rows, total, columns, notes, folded } = await source.get<RunTable>("/runs", { ...query, offset, limit }, signal);
      return { rows, total, head: { columns, notes, folded } };
    },
  };
}

/** The runs of some ids, wherever they are, with columns as a table has them. */
export async function runsById(ids: readonly string[], columns: readonly Column[], signal?: AbortSignal): Promise<RunLine[]> {
  if (ids.length === 0) return [];
  const names = columns.map((one) => one.name).join(",");
  const query = { ids: ids.join(","), columns: names, limit: 1000, ...STANDS.all };
  return (await source.get<RunTable>("/runs", query, signal)).rows;
}

export function groupsQuestion(view: TableView, experiment: string | null, by: readonly string[], columns: readonly Column[]): Question<GroupLine, GroupsHead> {
  const metrics = columns.flatMap((one) => labelOf(one.name) ?? []).slice(0, 50);
  const order = printSort(groupOrder(view.sort, columns));
  const rows = { filter: view.filter, experiment, by: by.join(","), order, ...STANDS[view.shown] };
  const query = { ...rows, metrics: metrics.join(",") };
  return {
    key: JSON.stringify(query),
    order: JSON.stringify(rows),
    ask: async (offset, limit, signal): Promise<Part<GroupLine, GroupsHead>> => {
      const { rows, total, by, notes } = await source.get<GroupTable>("/groups", { ...query, offset, limit }, signal);
      return { rows, total, head: { by, notes } };
    },
  };
}

/** Groups can be sorted by metrics; where nobody chose, by the first that has a direction. */
export function groupOrder(sort: readonly SortKey[], columns: readonly Column[]): SortKey[] {
  const known = new Set(columns.map((one) => one.name));
  const kept = sort.filter((key) => parseColumn(key.name).section === "metrics" && known.has(key.name));
  if (kept.length) return kept;
  const best = columns.find((one) => one.direction !== null && labelOf(one.name) !== null);
  return best ? [{ name: best.name, isDescending: best.direction === "max" }] : [];
}
