// The rows of an experiment's table: groups over seeds, best first, and their members.
import type { GroupTable, RunLine, Verdict, VerdictGroup } from "../api/contract";
import { numberOf } from "./format";
import type { Sorting } from "./experimentView";

export interface Group {
  label: string;
  n: number;
  runs: readonly string[];
  mean: number | null;
  std: number | null;
  low: number | null;
  high: number | null;
  seconds: number | null;
  isLeader: boolean;
  isBaseline: boolean;
  /** Whether the leader is ahead by more than chance; null where that can't be said. */
  toldApart: boolean | null;
  pValue: number | null;
  obstacle: string | null;
  /** Whether the verdict takes it into account. */
  isJudged: boolean;
}

export interface Member {
  line: RunLine;
  value: number | null;
  bestStep: number | null;
}

export type TableRow =
  | { kind: "group"; key: string; group: Group; difference: number | null; isOpen: boolean }
  | { kind: "run"; key: string; group: Group; member: Member; difference: number | null };

type GroupLine = GroupTable["rows"][number];

/** Groups as the verdict has them, and after them those that it leaves out. */
export function groupsOf(verdict: Verdict | null, lines: readonly GroupLine[], metric: string | null, baseline: string | null = null): Group[] {
  const judged = new Map((verdict?.groups ?? []).map((one) => [one.label, one]));
  const known = new Map(lines.flatMap((one) => [[one.label, one] as const, [placeOf(one.key), one] as const]));
  // A group may be called by its run's name in one and by its params in the other.
  const found = new Map([...judged.values()].map((one) => [one, known.get(one.label) ?? known.get(placeOf(one.key))]));
  const taken = new Set(found.values());
  const first = [...found].map(([one, line]) => ofVerdict(one, line));
  const rest = lines.filter((one) => !judged.has(one.label) && !taken.has(one)).map((one) => ofLine(one, metric));
  // Runs of several groups may bear the baseline's tag: one of them is meant.
  return [...first, ...rest].map((one) => (baseline === null ? one : { ...one, isBaseline: one.label === baseline }));
}

const placeOf = (key: Readonly<Record<string, string>>) => JSON.stringify(Object.entries(key).sort(([a], [b]) => (a < b ? -1 : 1)));

function ofVerdict(one: VerdictGroup, line: GroupLine | undefined): Group {
  return {
    label: one.label,
    n: one.n,
    runs: line && line.runs.length >= one.runs.length ? line.runs : one.runs,
    mean: numberOf(one.mean),
    std: numberOf(one.std),
    low: numberOf(one.low),
    high: numberOf(one.high),
    seconds: one.seconds,
    isLeader: one.is_leader,
    isBaseline: one.is_baseline,
    toldApart: one.told_apart,
    pValue: one.p_value,
    obstacle: one.obstacle,
    isJudged: true,
  };
}

function ofLine(one: GroupLine, metric: string | null): Group {
  const values = metric === null ? undefined : one.metrics[metric];
  return {
    label: one.label,
    n: values?.n ?? one.n,
    runs: one.runs,
    mean: numberOf(values?.mean),
    std: numberOf(values?.std),
    low: numberOf(values?.low),
    high: numberOf(values?.high),
    seconds: null,
    isLeader: false,
    isBaseline: false,
    toldApart: null,
    pValue: null,
    obstacle: null,
    isJudged: false,
  };
}

/** What others are held against: the pinned or tagged group, else the one that leads. */
export function referenceOf(groups: readonly Group[]): Group | null {
  const found = groups.find((one) => one.isBaseline) ?? groups.find((one) => one.isLeader) ?? null;
  return found?.mean == null ? null : found;
}

export interface Table {
  groups: readonly Group[];
  members: ReadonlyMap<string, Member>;
  direction: "min" | "max" | null;
  sorted: Sorting | null;
  isOpen: (label: string) => boolean;
}

export function rowsOf({ groups, members, direction, sorted, isOpen }: Table): TableRow[] {
  const reference = referenceOf(groups);
  const against = (value: number | null) => {
    if (value === null || reference?.mean == null) return null;
    const difference = value - reference.mean;
    // What the last digits of floating point leave is no difference.
    return Math.abs(difference) <= 1e-12 * Math.abs(reference.mean) ? 0 : difference;
  };
  const order = sorted ? [...groups].sort((a, b) => compared(groupKey(a, sorted, against), groupKey(b, sorted, against), sorted.isDescending)) : groups;
  return order.flatMap((group): TableRow[] => {
    const isShown = isOpen(group.label);
    const head: TableRow = { kind: "group", key: `group ${group.label}`, group, difference: group === reference ? null : against(group.mean), isOpen: isShown };
    if (!isShown) return [head];
    const found = group.runs.flatMap((run) => members.get(run) ?? []);
    const key = sorted ?? { key: "value" as const, isDescending: direction !== "min" };
    found.sort((a, b) => compared(memberKey(a, key), memberKey(b, key), key.isDescending));
    return [head, ...found.map((member): TableRow => ({ kind: "run", key: member.line.id, group, member, difference: against(member.value) }))];
  });
}

function groupKey(group: Group, { key }: Sorting, against: (value: number | null) => number | null): number | string | null {
  if (key === "name") return group.label;
  if (key === "value") return group.mean;
  if (key === "difference") return against(group.mean);
  if (key === "chance") return group.isLeader ? -1 : group.pValue;
  return group.seconds;
}

function memberKey(member: Member, { key }: Sorting): number | string | null {
  if (key === "name") return member.line.label;
  return key === "seconds" ? member.line.seconds : member.value;
}

/** Nothing, and what is no number, stands last whichever way one sorts. */
function compared(a: number | string | null, b: number | string | null, isDescending: boolean): number {
  const isNothing = (one: number | string | null) => one === null || Number.isNaN(one);
  if (isNothing(a) || isNothing(b)) return Number(isNothing(a)) - Number(isNothing(b));
  const way = typeof a === "string" ? a.localeCompare(String(b), undefined, { numeric: true }) : Math.sign(Number(a) - Number(b));
  return isDescending ? -way : way;
}

/** One scale for the small intervals of all rows: what is to be seen of means, intervals and members. */
export function intervalRange(groups: readonly Group[], members: Iterable<Member>): { from: number; to: number } | null {
  const values: number[] = [];
  for (const one of groups) {
    if (one.mean === null || !Number.isFinite(one.mean)) continue;
    values.push(one.mean);
    // An interval of two or three seeds may be far wider than all there is to see: it may be cut, the points may not.
    if (one.std !== null && Number.isFinite(one.std)) values.push(one.mean - 2 * one.std, one.mean + 2 * one.std);
  }
  for (const { value } of members) if (value !== null && Number.isFinite(value)) values.push(value);
  if (values.length === 0) return null;
  const [from, to] = [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))];
  const margin = (to - from) * 0.04 || Math.abs(from) * 0.05 || 1;
  return { from: from - margin, to: to + margin };
}

/** Decimals in which the spread of groups is seen to two digits; null where one number of them can't fit all. */
export function decimalsOf(groups: readonly Group[]): number | null {
  const isSize = (one: number | null): one is number => one !== null && Number.isFinite(one) && one > 0;
  const means = groups.flatMap(({ mean }) => (mean !== null && Number.isFinite(mean) ? [mean] : []));
  const greatest = means.reduce((most, one) => Math.max(most, Math.abs(one)), 0);
  const spreads = groups.map(({ std }) => std).filter(isSize).sort((a, b) => a - b);
  const middle = spreads[Math.floor(spreads.length / 2)];
  const range = means.length > 1 ? (Math.max(...means) - Math.min(...means)) / 10 : 0;
  const unit = middle ?? (isSize(range) ? range : greatest / 1000);
  if (!isSize(unit) || greatest >= 1e7) return null;
  const decimals = Math.max(0, 1 - Math.floor(Math.log10(unit)));
  // So many digits are no column any more, and what is far smaller than the rest would be all noughts.
  const isSeen = means.every((mean) => mean === 0 || Math.abs(mean) >= 10 ** (1 - decimals));
  return decimals <= 7 && isSeen ? decimals : null;
}
