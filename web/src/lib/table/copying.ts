// Take a table along: what is on the screen with its filter, or the runs that are chosen.
import type { RunLine } from "../api/contract";
import { formatCount } from "../model/format";
import { selected } from "../model/selection.svelte";
import { csvOf, markdownOf, pythonOf } from "../model/tableText";
import { toasts } from "../ui/toasts.svelte";
import { runsById, runsQuestion } from "./asking";
import type { TableState } from "./state.svelte";

export type TableFormat = "Python" | "CSV" | "Markdown";

const AT_ONCE = 1000;
const MOST = { CSV: 10_000, Markdown: 200 };

export async function copyTable(format: TableFormat, table: TableState): Promise<void> {
  try {
    // Safari lets a page write only right after a click: so it is given the promise of a text.
    const made = format === "Python" ? Promise.resolve({ text: python(table), count: null }) : read(table, MOST[format]).then((read) => ({ text: format === "CSV" ? csvOf(table.columns, read.lines) : markdownOf(table.columns, read.lines), ...read }));
    const blob = made.then(({ text }) => new Blob([text], { type: "text/plain" }));
    if (typeof ClipboardItem === "undefined") await navigator.clipboard.writeText((await made).text);
    else await navigator.clipboard.write([new ClipboardItem({ "text/plain": blob })]);
    const done = await made;
    toasts.say("lines" in done ? `Copied ${said(done)} as ${format}` : "Copied as Python");
  } catch (error) {
    toasts.say(`Not copied: ${error instanceof Error ? error.message : String(error)}`, { isError: true });
  }
}

export async function saveTable(table: TableState): Promise<void> {
  try {
    const done = await read(table, MOST.CSV);
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([csvOf(table.columns, done.lines)], { type: "text/csv" }));
    link.download = `${(table.experiment ?? "runs").replace(/[^\w.-]+/g, "_")}.csv`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
    toasts.say(`Saved ${said(done)}`);
  } catch (error) {
    toasts.say(`Not saved: ${error instanceof Error ? error.message : String(error)}`, { isError: true });
  }
}

interface Read {
  lines: RunLine[];
  total: number;
}

const said = ({ lines, total }: Read) => (lines.length < total ? `the first ${lines.length} of ${formatCount(total, "run")}` : formatCount(total, "run"));

function python(table: TableState): string {
  const ids = selected.size ? [...selected] : null;
  return pythonOf({ filter: table.view.filter, sort: table.view.sort, experiment: table.experiment, ids }, table.columns);
}

/** All runs of the table, not just those that are seen. */
async function read(table: TableState, most: number): Promise<Read> {
  if (selected.size) {
    const lines = await runsById([...selected].slice(0, Math.min(most, AT_ONCE)), table.columns);
    return { lines, total: selected.size };
  }
  const names = table.columns.map((one) => one.name);
  const question = runsQuestion(table.view, table.experiment, names, { parts: table.parts });
  const never = new AbortController().signal;
  const lines: RunLine[] = [];
  for (let total = Infinity; lines.length < Math.min(total, most); ) {
    const part = await question.ask(lines.length, Math.min(AT_ONCE, most - lines.length), never);
    total = part.total;
    lines.push(...part.rows);
    if (part.rows.length === 0) return { lines, total };
    if (lines.length >= Math.min(total, most)) return { lines, total };
  }
  return { lines, total: lines.length };
}
