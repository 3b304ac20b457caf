// The runs that are compared, and what is asked about them: only what the open tab shows.
import type { Cell, Column, Compare, MetricInfo, MetricPage, RunLine, RunTable, RunView } from "../api/contract";
import { live } from "../api/live.svelte";
import { Resource } from "../api/resource.svelte";
import { source } from "../api/source";
import { parseCompareLook, printCompareLook, type CompareLook } from "../model/compareView";
import { metricField, paramField } from "../model/columns";
import { paced } from "../model/pacing";
import type { Field } from "../model/parallel";
import { router } from "../router.svelte";

/** So many are set side by side; drawn as lines and dots are far more. */
export const MOST_COMPARED = 200;
export const MOST_DRAWN = 10_000;
const BLOCK = 1000;
const GAP_MS = 1000;

export interface Found {
  lines: RunLine[];
  total: number;
  /** Ids that no run answers to. */
  unknown: string[];
}

export interface Cells {
  columns: Column[];
  byRun: ReadonlyMap<string, readonly Cell[]>;
}

export class Comparison {
  look: CompareLook = $derived(parseCompareLook((key) => router.get(key)));
  #runsKey = $derived(this.look.runs.join(","));
  #filter = $derived(this.look.filter);
  isChosen = $derived(this.#runsKey !== "" || this.#filter !== "");
  readonly found = new Resource<Found>((signal) => (this.isChosen ? (this.#runsKey ? named(this.#runsKey.split(","), signal) : filtered(this.#filter, signal)) : null));
  lines: RunLine[] = $derived(this.found.data?.lines ?? []);
  #idsKey = $derived(this.lines.map((line) => line.id).join(","));
  #firstIds = $derived(this.#idsKey.split(",").slice(0, MOST_COMPARED).join(","));
  #canCompare = $derived(this.#firstIds.includes(","));
  #baseline = $derived(this.look.baseline && this.#firstIds.includes(this.look.baseline) ? this.look.baseline : null);
  #hasCells = $state(false);
  readonly compared = new Resource<Compare>((signal) =>
    this.#canCompare ? source.get("/compare", { runs: this.#firstIds, baseline: this.#baseline, importance: false }, signal) : null,
  );
  // Which params matter takes a second or two: not before it is looked at, and after what is drawn.
  #wantsImportance = $derived(this.look.tab === "parallel" && this.#hasCells);
  readonly important = new Resource<Compare>((signal) =>
    this.#wantsImportance && this.#canCompare ? source.get("/compare", { runs: this.#firstIds, baseline: this.#baseline, importance: true }, signal) : null,
  );
  #wantsMetrics = $derived(this.look.tab === "curves");
  readonly metrics = new Resource<MetricInfo[]>((signal) =>
    this.#wantsMetrics && this.#idsKey ? source.get<MetricPage>("/metrics", { runs: this.#firstIds, limit: BLOCK }, signal).then((page) => page.items) : null,
  );
  /** Fields that lines and dots can be drawn over, the decisive metric first among metrics. */
  names: string[] = $derived.by(() => {
    const data = this.compared.data;
    if (!data) return [];
    // Params that most of the runs have stand first: over the others little could be drawn.
    const params = data.params.filter((one) => one.differs).map((one) => ({ key: one.key, given: one.texts.filter((text) => text !== null).length }));
    params.sort((a, b) => b.given - a.given);
    return [...params.map((one) => paramField(one.key)), ...data.metrics.map((one) => metricField(one.label)), "duration", "started"];
  });
  /** The metric that the verdict is about, or the first. */
  decisive: string | null = $derived.by(() => {
    const data = this.compared.data;
    const label = data?.verdict?.metric ?? data?.metrics[0]?.label;
    return label === undefined ? null : metricField(label);
  });
  #columnsKey = $derived(this.look.tab === "parallel" || this.look.tab === "scatter" ? this.names.slice(0, MOST_COMPARED).join(",") : "");
  readonly cells = new Resource<Cells>((signal) => (this.#columnsKey && this.#idsKey ? this.#drawn(signal) : null));

  constructor() {
    const again = paced(() => this.refresh(), GAP_MS);
    live.onChange((change) => {
      // A filter may find runs that are new; of chosen ones only theirs count.
      if (this.#filter || change.isAll || this.lines.some((line) => change.runs.has(line.id))) again();
    });
  }

  async #drawn(signal: AbortSignal): Promise<Cells> {
    const cells = cellsOf(this.#runsKey ? null : this.#filter, this.#idsKey.split(","), this.#columnsKey, signal);
    void cells.then(() => (this.#hasCells = true), () => undefined);
    return cells;
  }

  refresh = (): void => {
    this.found.refresh();
    this.compared.refresh();
    this.cells.refresh();
    if (this.#wantsMetrics) this.metrics.refresh();
  };

  change(changed: Partial<CompareLook>, isPushed = true): void {
    router.set(printCompareLook(changed), { isPushed });
  }

  /** Go on with these runs, whatever had found them. */
  choose(runs: readonly string[]): void {
    this.change({ runs, filter: "" });
  }

  fieldOf(name: string): Field | null {
    const data = this.cells.data;
    const at = data?.columns.findIndex((column, place) => column.name === name || this.names[place] === name) ?? -1;
    const column = data?.columns[at];
    if (!data || !column) return null;
    const kind = column.kind === "number" || column.kind === "time" || column.kind === "duration" ? column.kind : "text";
    return { key: name, label: labelOf(name, column.alias), kind, values: this.lines.map((line) => valueOf(data.byRun.get(line.id)?.[at] ?? null, kind)) };
  }
}

export const labelOf = (name: string, alias: string | null = null) => alias ?? name.replace(/^(params|metrics)\./, "").replaceAll("`", "");

function valueOf(cell: Cell, kind: Field["kind"]): number | string | null {
  if (cell === null) return null;
  return kind === "text" ? String(cell) : Number(cell);
}

const isFull = (id: string) => /^[0-9a-f]{32}$/.test(id);

async function named(ids: string[], signal: AbortSignal): Promise<Found> {
  const full = ids.filter(isFull);
  const tables: RunLine[] = [];
  for (let from = 0; from < full.length; from += BLOCK) {
    const table = await source.get<RunTable>("/runs", { ids: full.slice(from, from + BLOCK).join(","), archived: "any", deleted: "any", limit: BLOCK }, signal);
    tables.push(...table.rows);
  }
  // Short ids and names are asked for one by one: an address somebody typed has few of them.
  const others = await Promise.all(
    ids.filter((id) => !isFull(id)).map((id) => source.get<RunView>(`/runs/${encodeURIComponent(id)}`, {}, signal).then((view) => [id, view.line] as const, () => [id, null] as const)),
  );
  const byId = new Map<string, RunLine>([...tables.map((line): [string, RunLine] => [line.id, line]), ...others.flatMap(([id, line]): [string, RunLine][] => (line ? [[id, line]] : []))]);
  const lines = [...new Map(ids.flatMap((id) => byId.get(id) ?? []).map((line) => [line.id, line])).values()];
  return { lines, total: lines.length, unknown: ids.filter((id) => !byId.has(id)) };
}

async function filtered(filter: string, signal: AbortSignal): Promise<Found> {
  const lines: RunLine[] = [];
  let total = 0;
  for (let offset = 0; offset < MOST_DRAWN; ) {
    const table = await source.get<RunTable>("/runs", { filter, offset, limit: BLOCK }, signal);
    lines.push(...table.rows);
    total = table.total;
    offset += table.rows.length;
    if (table.rows.length === 0 || offset >= total) break;
  }
  return { lines, total, unknown: [] };
}

/** Columns of all runs; of many they are asked for by the filter that found them, for an address has its limits. */
async function cellsOf(filter: string | null, ids: string[], columns: string, signal: AbortSignal): Promise<Cells> {
  const byRun = new Map<string, readonly Cell[]>();
  let head: Column[] = [];
  for (let from = 0; from < ids.length; ) {
    const which = filter === null ? { ids: ids.slice(from, from + BLOCK).join(","), archived: "any", deleted: "any" } : { filter, offset: from };
    const table = await source.get<RunTable>("/runs", { ...which, columns, limit: BLOCK }, signal);
    head = table.columns;
    for (const row of table.rows) byRun.set(row.id, row.values);
    from += filter === null ? BLOCK : table.rows.length;
    if (table.rows.length === 0) break;
  }
  return { columns: head, byRun };
}
