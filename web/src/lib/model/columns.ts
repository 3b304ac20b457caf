// Columns of tables of runs, by the names that filters use: what they are called, how wide they are, how cells read.
import type { Cell, Column } from "../api/contract";
import { formatDuration, formatNumber, formatTime, type Spoken } from "./format";
import { inOrder } from "./sections";

export type Section = "params" | "metrics" | "attributes" | "tags" | "context";

/** Numbers of a metric's series that columns can show. */
export const STATISTICS = [
  "last", "min", "max", "best", "mean", "min_step", "max_step", "last_step", "first_step", "points", "nan", "inf",
] as const; // prettier-ignore
export type Statistic = (typeof STATISTICS)[number];

/** How they are said; the picker offers these. */
export const SAID: Record<Statistic, string> = {
  last: "last",
  min: "min",
  max: "max",
  best: "best",
  mean: "mean",
  min_step: "step of min",
  max_step: "step of max",
  last_step: "last step",
  first_step: "first step",
  points: "points",
  nan: "NaN count",
  inf: "∞ count",
};

export interface ColumnName {
  section: Section;
  name: string;
  /** Of metrics. */
  statistic: Statistic;
}

/** Split names at their commas, but for those within quotes and brackets, as the server does. */
export function splitNames(text: string): string[] {
  const names: string[] = [];
  let [begun, quote, depth] = [0, "", 0];
  for (let place = 0; place < text.length; place++) {
    const letter = text[place]!;
    if (quote) {
      if (letter === quote) quote = "";
    } else if (letter === "`" || letter === '"' || letter === "'") quote = letter;
    else if (letter === "[") depth++;
    else if (letter === "]") depth = Math.max(0, depth - 1);
    else if (letter === "," && depth === 0) {
      names.push(text.slice(begun, place).trim());
      begun = place + 1;
    }
  }
  names.push(text.slice(begun).trim());
  return names.filter(Boolean);
}

const isStatistic = (text: string): text is Statistic => (STATISTICS as readonly string[]).includes(text);

/** Read the name of a column. */
export function parseColumn(text: string): ColumnName {
  const [, prefix, rest] = /^(params|metrics|tags|context)\.([^]+)$/.exec(text) ?? [];
  if (prefix === undefined || rest === undefined) {
    return { section: text === "tags" ? "tags" : "attributes", name: text, statistic: "last" };
  }
  const section = prefix as Section;
  const quoted = /^`((?:[^`]|``)*)`(\[[^[\]`]*\])?(?:\.(\w+))?$/.exec(rest);
  if (quoted) {
    const [, name = "", context = "", statistic = ""] = quoted;
    return { section, name: name.replace(/``/g, "`") + context, statistic: isStatistic(statistic) ? statistic : "last" };
  }
  const ending = /^([^]+)\.(\w+)$/.exec(rest);
  if (section === "metrics" && ending?.[1] !== undefined && isStatistic(ending[2] ?? "")) {
    return { section, name: ending[1], statistic: ending[2] as Statistic };
  }
  return { section, name: rest, statistic: "last" };
}

/** Letters, digits and a few signs stand as they are; other names are quoted. */
const PLAIN = /^[\p{L}\p{N}_/:@+#%-][\p{L}\p{N}_./:@+#%-]*(?:\[[^[\]`]*\])?$/u;

/** Write the name of a column as filters do. */
export function printColumn({ section, name, statistic }: ColumnName): string {
  if (section === "attributes" || (section === "tags" && name === "tags")) return name;
  const ending = name.includes(".") ? name.slice(name.lastIndexOf(".") + 1).toLowerCase() : "";
  const isMisleading = section === "metrics" && (isStatistic(ending) || ending === "count");
  const said = !PLAIN.test(name) || isMisleading ? `\`${name.replace(/`/g, "``")}\`` : name;
  return `${section}.${said}${statistic === "last" ? "" : `.${statistic}`}`;
}

/** Name a metric by its label, "acc[val]", or a param as filters and columns do. */
export const metricField = (label: string, statistic: Statistic = "last") => printColumn({ section: "metrics", name: label, statistic });
export const paramField = (key: string) => printColumn({ section: "params", name: key, statistic: "last" });

/** The metric of a column as groups and curves name it, with its statistic: "loss[val].min". */
export function labelOf(column: string): string | null {
  const { section, name, statistic } = parseColumn(column);
  return section === "metrics" ? name + (statistic === "last" ? "" : `.${statistic}`) : null;
}

const TITLES: Record<string, string> = { id: "id", tags: "tags" };

/** What stands over a column: its name, and smaller what number of it, and in what unit. */
export function titleOf(column: Column): { title: string; detail: string } {
  const { section, name, statistic } = parseColumn(column.name);
  const words = [section === "metrics" && statistic !== "last" ? SAID[statistic] : "", column.unit ?? ""];
  return { title: (section === "metrics" ? column.alias : null) ?? TITLES[name] ?? name, detail: words.filter(Boolean).join(", ") };
}

export function isNumeric(column: Column): boolean {
  return column.kind === "number" || column.kind === "duration";
}

/** Room for a column's values and, within bounds, its title. */
export function widthOf(column: Column): number {
  const { title, detail } = titleOf(column);
  const least = { number: 84, duration: 88, time: 140, boolean: 72, tags: 130, text: 120 }[column.kind];
  return Math.max(least, Math.min(220, Math.round(title.length * 7.2 + detail.length * 6.5 + 34)));
}

/** How a cell reads. */
export function cellText(column: Column, cell: Cell | undefined): string {
  if (cell === null || cell === undefined) return "";
  if (typeof cell === "boolean") return cell ? "yes" : "no";
  if (column.kind === "duration") return formatDuration(cell as Spoken);
  if (column.kind === "time") return typeof cell === "number" ? formatTime(cell).slice(0, 16) : String(cell);
  if (typeof cell === "number") {
    // A param is said as it was given where that is short: a seed of 1000 isn't 1,000.
    const given = String(cell);
    return column.name.startsWith("params.") && given.length <= 8 ? given.replace("-", "−") : formatNumber(cell);
  }
  if (cell === "Infinity" || cell === "-Infinity" || cell === "NaN") return formatNumber(cell);
  return cell.length > 300 ? `${cell.slice(0, 300)}…` : cell;
}

const ASKED = 1e12; // more than runs can weigh
const ATTRIBUTES_AT_FIRST = ["duration", "started"];

export interface KnownField {
  name: string;
  group: Section;
  runs: number | null;
  direction: "min" | "max" | null;
}

/** Columns for a table where none were chosen: the metrics and params that most runs have, those first that are better one way.
 * What `asked`, the text of a filter or an order, names is among them. */
export function firstColumns(fields: readonly KnownField[], isOfOneExperiment: boolean, asked = ""): string[] {
  const metrics = fields.filter((one) => one.group === "metrics" && !one.name.startsWith("metrics.system/"));
  const params = fields.filter((one) => one.group === "params");
  // What one filters or sorts by is looked at first.
  const weight = (one: KnownField) => (asked.includes(one.name) ? ASKED : 0) + (one.runs ?? 0) * 2 + (one.direction ? 1 : 0);
  const most = <T extends KnownField>(list: T[], count: number) => {
    const kept = new Set([...list].sort((a, b) => weight(b) - weight(a)).slice(0, count));
    return list.filter((one) => kept.has(one));
  };
  const first = inOrder(most(metrics, 6).map((one) => ({ ...one, label: one.name, is_load: false })), null);
  return [...(isOfOneExperiment ? [] : ["experiment"]), ...first.map((one) => one.name), ...most(params, 10).map((one) => one.name), ...ATTRIBUTES_AT_FIRST];
}
