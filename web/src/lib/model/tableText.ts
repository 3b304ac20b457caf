// A table of runs as text to take along: CSV, Markdown, and Python that makes the same table.
import type { Cell, Column, RunLine } from "../api/contract";
import { cellText, isNumeric, parseColumn, titleOf } from "./columns";
import { parted } from "./query";
import type { SortKey } from "./tableView";

/** A field of CSV; what a spreadsheet would run as a formula is held back by a quote. */
function field(value: Cell | undefined): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "number") return String(value);
  const text = String(value);
  const isNumber = /^-?(Infinity|NaN)$/.test(text);
  const safe = !isNumber && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\n\r]/.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe;
}

/** Every digit, times in ISO 8601, durations in seconds. */
export function csvOf(columns: readonly Column[], lines: readonly RunLine[]): string {
  const exact = (column: Column, cell: Cell | undefined) => (column.kind === "time" && typeof cell === "number" ? new Date(cell).toISOString() : cell);
  const head = ["run", "name", "status", ...columns.map((column) => column.name)].map(field).join(",");
  const rows = lines.map((line) => [line.id, line.label, line.status, ...columns.map((column, at) => exact(column, line.values[at]))].map(field).join(","));
  return `${[head, ...rows].join("\n")}\n`;
}

const piped = (text: string) => text.replace(/\\/g, "\\\\").replace(/\|/g, "\\|").replace(/\s+/g, " ");

export function markdownOf(columns: readonly Column[], lines: readonly RunLine[]): string {
  const row = (cells: readonly string[]) => `| ${cells.map(piped).join(" | ")} |`;
  const titles = columns.map((column) => {
    const { title, detail } = titleOf(column);
    return detail ? `${title} (${detail})` : title;
  });
  return [
    row(["run", ...titles]),
    `| --- | ${columns.map((column) => (isNumeric(column) ? "---:" : "---")).join(" | ")} |`.replace("|  |", "|"),
    ...lines.map((line) => row([line.label, ...columns.map((column, at) => cellText(column, line.values[at]))])),
    "",
  ].join("\n");
}

export interface Asked {
  filter: string;
  sort: readonly SortKey[];
  experiment: string | null;
  /** Some runs by their ids instead. */
  ids: readonly string[] | null;
}

/** A text as Python has it: JSON's escapes are Python's, too. */
const quoted = (text: string) => JSON.stringify(text).replace(/[\u007f-\uffff]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`);

/** What a column is called in the table that Python makes; null of what isn't in it. */
function frameName(column: Column): string | null {
  const { section, name, statistic } = parseColumn(column.name);
  if (section === "params" || (section === "metrics" && statistic === "last")) return `${section}.${name}`;
  return { duration: "duration_seconds", started: "created", ended: "ended", status: "status", experiment: "experiment", project: "project", tags: "tags" }[name] ?? null;
}

export function pythonOf({ filter, sort, experiment, ids }: Asked, columns: readonly Column[]): string {
  const names = ["label", ...columns.flatMap((column) => frameName(column) ?? [])];
  const { asked, ending } = parted(filter);
  const order = sort.map((key) => key.name + (key.isDescending ? " desc" : "")).join(", ");
  const whole = ids ? `id in (${ids.map((id) => `"${id}"`).join(", ")})` : [asked, order ? `order by ${order}` : ending].filter(Boolean).join(" ");
  const options = ids || experiment === null || experiment === "-" ? "" : `, experiment=${quoted(experiment)}`;
  return [
    "import runlore",
    "",
    `runs = runlore.search_runs(${quoted(whole)}${options})`,
    "columns = [",
    ...names.map((name) => `    ${quoted(name)},`),
    "]",
    "frame = runs.to_pandas()",
    "frame = frame[[name for name in columns if name in frame]]",
    "",
  ].join("\n");
}
