// How runs are compared, as the address has it. Keys, all left out where nothing was chosen:
//   runs    ID,…            the runs; or
//   q       FILTER          the runs that it finds
//   base    ID              the baseline
//   tab     differences | statistics | curves | parallel | scatter | code
//   all     1               what is equal is shown too
//   axes    FIELD,…         axes of the parallel coordinates
//   log     FIELD,…         scales that are log where they would be linear, or the other way round
//   flip    FIELD,…         axes that stand on their head
//   brush   FIELD~n~FROM~TO,… or FIELD~t~TEXT~…        what axes let through
//   colour  FIELD           what colours mean
//   across  FIELD           the scatter's x
//   up      FIELD           the scatter's y
//   pair    ID,ID           whose code is compared: from, to
// Charts add theirs: see chartView.ts, which also says how names are escaped.
import { escaped, parseList, printList, unescaped } from "./chartView";
import type { Brush } from "./parallel";

export const TABS = ["differences", "statistics", "curves", "parallel", "scatter", "code"] as const;
export type Tab = (typeof TABS)[number];

export interface CompareLook {
  runs: readonly string[];
  filter: string;
  baseline: string | null;
  tab: Tab;
  isAll: boolean;
  axes: readonly string[];
  log: ReadonlySet<string>;
  flipped: ReadonlySet<string>;
  brushes: ReadonlyMap<string, Brush>;
  colour: string | null;
  across: string | null;
  up: string | null;
  pair: readonly [string, string] | null;
}

export function parseCompareLook(get: (key: string) => string | null): CompareLook {
  return {
    runs: [...new Set(parseList(get("runs")).filter(Boolean))],
    filter: get("q") ?? "",
    baseline: get("base") || null,
    tab: TABS.find((one) => one === get("tab")) ?? "differences",
    isAll: get("all") === "1",
    axes: parseList(get("axes")),
    log: new Set(parseList(get("log"))),
    flipped: new Set(parseList(get("flip"))),
    brushes: new Map((get("brush") ?? "").split(",").flatMap(parseBrush)),
    colour: get("colour") || null,
    across: get("across") || null,
    up: get("up") || null,
    pair: parsePair(get("pair")),
  };
}

export function printCompareLook(changed: Partial<CompareLook>): Record<string, string | null> {
  const out: Record<string, string | null> = {};
  if (changed.runs !== undefined) out["runs"] = printList(changed.runs);
  if (changed.filter !== undefined) out["q"] = changed.filter || null;
  if (changed.baseline !== undefined) out["base"] = changed.baseline;
  if (changed.tab !== undefined) out["tab"] = changed.tab === "differences" ? null : changed.tab;
  if (changed.isAll !== undefined) out["all"] = changed.isAll ? "1" : null;
  if (changed.axes !== undefined) out["axes"] = printList(changed.axes);
  if (changed.log !== undefined) out["log"] = printList(changed.log);
  if (changed.flipped !== undefined) out["flip"] = printList(changed.flipped);
  if (changed.brushes !== undefined) out["brush"] = [...changed.brushes].map(printBrush).join(",") || null;
  if (changed.colour !== undefined) out["colour"] = changed.colour;
  if (changed.across !== undefined) out["across"] = changed.across;
  if (changed.up !== undefined) out["up"] = changed.up;
  if (changed.pair !== undefined) out["pair"] = changed.pair && printList(changed.pair);
  return out;
}

function parsePair(text: string | null): [string, string] | null {
  const [one, other, ...more] = parseList(text);
  return one && other && more.length === 0 ? [one, other] : null;
}

function parseBrush(text: string): [string, Brush][] {
  const [field, kind, ...parts] = text.split("~").map(unescaped);
  if (!field) return [];
  if (kind === "t" && parts.length > 0) return [[field, { texts: parts }]];
  const [from, to] = parts.map(Number);
  return kind === "n" && parts.length === 2 && parts.every((part) => part.trim()) && from! <= to! ? [[field, { from: from!, to: to! }]] : [];
}

function printBrush([field, brush]: [string, Brush]): string {
  const parts = "texts" in brush ? ["t", ...brush.texts] : ["n", shortest(brush.from), shortest(brush.to)];
  return [field, ...parts].map(escaped).join("~");
}

const shortest = (value: number) => String(Number(value.toPrecision(12)));
