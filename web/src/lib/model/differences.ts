// Runs side by side as one table: params, metrics, data, context, and what differs among them.
import type { Compare } from "../api/contract";
import { formatDifference, formatFixed, formatNumber, numberOf, type Spoken } from "./format";

export interface SideCell {
  text: string;
  /** All of its digits. */
  exact: string;
  /** Small behind it: the difference to the baseline. */
  detail: string;
  /** How it stands to the baseline: equal to it, or the best of all. */
  tone: "" | "same" | "best" | "none";
}

export interface SideRow {
  key: string;
  note: string;
  differs: boolean;
  cells: SideCell[];
}

export interface SideSection {
  title: string;
  rows: SideRow[];
  /** How many rows are not shown because they are the same everywhere. */
  equal: number;
}

export function sectionsOf(compared: Compare, baseline: number, isAll: boolean): SideSection[] {
  const texts = (title: string, rows: readonly { key: string; texts: (string | null)[]; differs: boolean }[]) =>
    section(title, rows.map(({ key, texts: all, differs }) => ({ key, note: "", differs, cells: all.map((text) => textCell(text, baseline >= 0 && differs ? all[baseline] : undefined)) })), isAll);
  return [
    texts("Params", compared.params),
    section("Metrics", compared.metrics.map((metric) => metricRow(metric, baseline)), isAll),
    texts("Data", compared.data.map(({ artifact, digests, differs }) => ({ key: artifact, texts: digests.map((digest) => digest && digest.slice(0, 16)), differs }))),
    texts("Code and environment", compared.context),
  ].filter((one) => one.rows.length > 0 || one.equal > 0);
}

function section(title: string, rows: SideRow[], isAll: boolean): SideSection {
  const shown = isAll ? rows : rows.filter((row) => row.differs);
  return { title, rows: shown, equal: rows.length - shown.length };
}

function textCell(text: string | null, reference: string | null | undefined): SideCell {
  return { text: text === null ? "–" : shortOf(text), exact: text ?? "–", detail: "", tone: text === null ? "none" : reference !== undefined && text === reference ? "same" : "" };
}

const LONG_NUMBER = 9;

/** A number of many digits as it is read; cut in the middle, 1.75e-05 would pass for 1.75. */
function shortOf(text: string): string {
  return text.length > LONG_NUMBER && /^-?\d*\.?\d+(e[-+]?\d+)?$/i.test(text) && text.includes(".") ? formatNumber(Number(text), 5) : text;
}

/** Decimals in which five digits of the greatest are seen; null where the values are too far apart for one number of them. */
function decimalsOf(values: readonly (number | null)[]): number | null {
  const sizes = values.flatMap((value) => (value !== null && Number.isFinite(value) && value !== 0 ? [Math.abs(value)] : []));
  const [least, most] = [Math.min(...sizes), Math.max(...sizes)];
  if (sizes.length === 0 || most / least > 1000 || most >= 1e7 || values.every((value) => value === null || Number.isInteger(value))) return null;
  const needed = Math.max(...sizes.map((size) => String(Number(size.toPrecision(5))).split(".")[1]?.length ?? 0));
  const decimals = Math.min(needed, Math.max(0, 4 - Math.floor(Math.log10(most))));
  return decimals <= 7 ? decimals : null;
}

function metricRow({ label, values, direction, best }: Compare["metrics"][number], baseline: number): SideRow {
  const decimals = decimalsOf(values.map((value) => numberOf(value as Spoken)));
  const textOf = (value: Spoken) => (decimals === null ? formatNumber(value, 5) : formatFixed(value, decimals));
  const reference = baseline >= 0 ? numberOf(values[baseline]) : null;
  return {
    key: label,
    note: direction === "max" ? "↑" : direction === "min" ? "↓" : "",
    differs: new Set(values.map(String)).size > 1,
    cells: values.map((value, at) => ({
      text: textOf(value as Spoken),
      exact: textOf(value as Spoken),
      detail: reference !== null && at !== baseline && numberOf(value) !== null ? formatDifference(numberOf(value)! - reference) : "",
      tone: value === null ? "none" : best.includes(at) ? "best" : "",
    })),
  };
}
