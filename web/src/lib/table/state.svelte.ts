// A table of runs: what its address asks for, and the rows that came. Pages make one and hand it to RunsTable.
import { untrack } from "svelte";

import type { Column, FieldPage, RunLine } from "../api/contract";
import { live, type Change } from "../api/live.svelte";
import { Resource } from "../api/resource.svelte";
import { source } from "../api/source";
import { firstColumns } from "../model/columns";
import { steadyMembers } from "../model/steady";
import { parseTableView, printTableView, sortedBy, type SortKey, type TableView } from "../model/tableView";
import { router } from "../router.svelte";
import { groupOrder, groupsQuestion, runsById, runsQuestion, type GroupsHead, type RunsHead } from "./asking";
import { linesUnder, placeOf, type GroupLine, type OpenGroup, type TableRow } from "./rows";
import { Windowed } from "./windowed.svelte";

export interface TableOptions {
  /** Runs of one experiment only; "-": of none. */
  experiment?: () => string | null;
  /** Groups where the address doesn't say any: names of params, or all-but-seed. */
  by?: () => string[];
  /** The runs whose mean others are held against, where the address doesn't say one. */
  baseline?: () => readonly string[];
  /** Whether runs that are parts of others may be counted with those, instead of being rows of their own. */
  hasFolds?: boolean;
}

const MOST_HELD_AGAINST = 1000;
const NO_COLUMNS: Column[] = [];
const NONE: readonly string[] = [];
const NONE_OPEN: OpenGroup[] = [];

export class TableState {
  readonly #options: TableOptions;
  readonly runs: Windowed<RunLine, RunsHead>;
  readonly groups: Windowed<GroupLine, GroupsHead>;
  readonly #fields: Resource<FieldPage["items"]>;
  readonly #members: Resource<RunLine[]>;
  readonly #baseline: Resource<RunLine[]>;
  #viewed: TableView | null = null;
  view: TableView = $derived.by(() => (this.#viewed = steadyMembers(this.#viewed, parseTableView((key) => router.get(key)))));
  readonly #rows = new WeakMap<RunLine, TableRow>();
  /** Whether the first row is in view: then what is new comes in, else it is announced. */
  isAtTop = true;
  #isBusy = false;
  #waiting: Change | null = null;

  constructor(options: TableOptions = {}) {
    this.#options = options;
    this.#fields = new Resource((signal) => (this.view.columns === null ? readFields(this.experiment, signal) : null));
    this.runs = new Windowed(() => {
      const { wanted } = this;
      return wanted && runsQuestion(this.view, this.experiment, wanted, { isDiffering: this.isDiffering, parts: this.parts });
    });
    this.groups = new Windowed(() => {
      const { head } = this.runs;
      return this.by.length && head ? groupsQuestion(this.view, this.experiment, this.by, head.columns) : null;
    });
    this.#members = new Resource((signal) => {
      const ids = this.open.flatMap(({ group }) => group.runs);
      return ids.length ? runsById(ids.slice(0, 1000), this.columns, signal) : null;
    });
    this.#baseline = new Resource((signal) => (this.baselineIds.length ? runsById(this.baselineIds.slice(0, MOST_HELD_AGAINST), this.columns, signal) : null));
    live.onChange((change) => void this.#changed(change));
  }

  // Each of its own: what one part of the address says moves only what hangs on it.
  experiment: string | null = $derived.by(() => this.#options.experiment?.() ?? null);
  by: readonly string[] = $derived.by(() => this.view.by ?? this.#options.by?.() ?? NONE);
  isGrouped = $derived(this.by.length > 0);
  isDiffering = $derived.by(() => this.view.isDiffering ?? this.view.columns === null);
  /** Whether parts of runs are rows of their own: those that a filter finds are. Null where that isn't told apart. */
  parts: boolean | null = $derived.by(() => (this.#options.hasFolds && !this.isGrouped ? (this.view.parts ?? this.view.filter !== "") : null));
  baselineIds: readonly string[] = $derived.by(() => (this.view.baseline ? [this.view.baseline] : (this.#options.baseline?.() ?? NONE)));
  widths = $derived.by(() => this.view.widths);
  /** Names of the columns that are asked for; null until it is known which there are. */
  wanted: string[] | null = $derived.by(() => {
    const fields = this.#fields.data;
    if (this.view.columns) return this.view.columns;
    return fields ? firstColumns(fields, this.experiment !== null, this.#asked) : this.#fields.error ? ["duration", "started"] : null;
  });
  #asked = $derived.by(() => [this.view.filter, ...this.view.sort.map((key) => key.name)].join(" "));
  columns: readonly Column[] = $derived.by(() => this.runs.head?.columns ?? NO_COLUMNS);
  sort: SortKey[] = $derived.by(() => (this.isGrouped ? groupOrder(this.view.sort, this.columns) : this.view.sort));

  /** The runs that are here; in groups the members that are shown. */
  get lines(): RunLine[] {
    return this.isGrouped ? (this.#members.data ?? []) : this.runs.here.map(([, line]) => line);
  }
  /** The runs that others are held against, as far as they are here. */
  get baselines(): RunLine[] {
    return (this.#baseline.data ?? []).filter((line) => this.baselineIds.includes(line.id));
  }

  #memberById = $derived.by(() => new Map((this.#members.data ?? []).map((line) => [line.id, line])));
  /** Open groups among those that are here, in their order. */
  open: OpenGroup[] = $derived.by(() => {
    const labels = new Set(this.view.open);
    if (!this.isGrouped || labels.size === 0) return NONE_OPEN;
    return this.groups.here.flatMap(([at, group]) => (labels.has(group.label) ? [{ at, group }] : []));
  });

  get total(): number {
    if (!this.isGrouped) return this.runs.total;
    return this.groups.total + this.open.reduce((sum, { group }) => sum + linesUnder(group), 0);
  }

  rowAt = (index: number): TableRow | undefined => {
    if (!this.isGrouped) {
      const line = this.runs.rowAt(index);
      return line && this.#rowOf(line);
    }
    const { group: at, under, of } = placeOf(this.open, index);
    if (of && under !== null) {
      const id = of.group.runs[under];
      if (id === undefined) return { kind: "rest", group: of.group, count: of.group.n - of.group.runs.length };
      return { kind: "run", line: this.#memberById.get(id), isMember: true, id };
    }
    const group = this.groups.rowAt(at);
    return group && { kind: "group", group, isOpen: this.view.open.includes(group.label) };
  };

  /** The same row for the same line, so that one that stays isn't drawn anew. */
  #rowOf(line: RunLine): TableRow {
    let row = this.#rows.get(line);
    if (!row) this.#rows.set(line, (row = { kind: "run", line, isMember: false, id: line.id }));
    return row;
  }

  need = (first: number, last: number): void =>
    untrack(() => {
      if (!this.isGrouped) return this.runs.need(first, last);
      this.groups.need(placeOf(this.open, first).group, placeOf(this.open, last).group);
    });

  /** The place of a run among the rows that are here, -1 if it isn't. */
  indexOf(id: string): number {
    if (!this.isGrouped) return this.runs.here.find(([, line]) => line.id === id)?.[0] ?? -1;
    let shift = 0;
    for (const { at, group } of this.open) {
      const under = group.runs.indexOf(id);
      if (under >= 0) return at + 1 + shift + under;
      shift += linesUnder(group);
    }
    return -1;
  }

  set(changed: Partial<TableView>, { isPushed = true } = {}): void {
    router.set(printTableView(changed), { isPushed });
  }

  sortBy(place: number, isAdded: boolean): void {
    const column = this.columns[place];
    if (!column) return;
    const isBestGreat = column.direction ? column.direction === "max" : column.kind !== "text";
    this.set({ sort: sortedBy(this.sort, column.name, isBestGreat, isAdded) });
  }

  toggleGroup(label: string): void {
    const { open } = this.view;
    this.set({ open: open.includes(label) ? open.filter((one) => one !== label) : [...open, label] }, { isPushed: false });
  }

  /** Show what came meanwhile. */
  refresh = async (): Promise<void> => {
    if (this.view.columns === null && this.runs.total === 0) this.#fields.refresh();
    await Promise.all([this.runs.refresh(), this.isGrouped ? this.groups.refresh() : null]);
    this.#members.refresh();
    this.#baseline.refresh();
  };

  /** One change at a time; those that come meanwhile wait as one. */
  async #changed(change: Change): Promise<void> {
    if (this.#isBusy) {
      const waiting = this.#waiting;
      this.#waiting = waiting
        ? { runs: new Set([...waiting.runs, ...change.runs]), isAll: waiting.isAll || change.isAll, isEdit: waiting.isEdit || change.isEdit }
        : change;
      return;
    }
    this.#isBusy = true;
    try {
      const isOfStore = change.isEdit && change.runs.size === 0; // an alias, a baseline
      if (isOfStore || this.isAtTop || this.isGrouped || !(await this.#updated(change))) await this.refresh();
    } finally {
      await new Promise((resolve) => setTimeout(resolve, 250));
      this.#isBusy = false;
      const waiting = this.#waiting;
      this.#waiting = null;
      if (waiting) void this.#changed(waiting);
    }
  }

  /** Bring rows up to date where they stand, so that nothing moves under the reader's eyes; false if some must go. */
  async #updated(change: Change): Promise<boolean> {
    const here = this.runs.here.map(([, line]) => line);
    const ids = here.filter(({ id }) => change.isAll || change.runs.has(id)).map(({ id }) => id);
    const question = runsQuestion(this.view, this.experiment, [], { parts: this.parts });
    try {
      const [lines, { total }] = await Promise.all([runsById(ids.slice(0, 300), this.columns), question.ask(0, 1, new AbortController().signal)]);
      const byId = new Map(lines.map((line) => [line.id, line]));
      const isGone = here.some(({ id, is_archived, is_deleted }) => {
        const now = byId.get(id);
        return now !== undefined && (now.is_archived !== is_archived || now.is_deleted !== is_deleted);
      });
      if (isGone || total < this.runs.total) return false;
      this.runs.change((line) => byId.get(line.id) ?? line);
      this.runs.fresh = total - this.runs.total;
    } catch {
      // The next change tries again; the top of the page says when the server is gone.
    }
    return true;
  }
}

async function readFields(experiment: string | null, signal: AbortSignal): Promise<FieldPage["items"]> {
  const [metrics, params] = await Promise.all(
    ["metrics", "params"].map((group) => source.get<FieldPage>("/runs/fields", { group, experiment, limit: 200 }, signal)),
  );
  return [...(metrics?.items ?? []), ...(params?.items ?? [])];
}
