// How values are said. A value of the server that isn't finite is the text "NaN", "Infinity" or "-Infinity".

export type Spoken = number | "NaN" | "Infinity" | "-Infinity" | null | undefined;

export const NOTHING = "–";
const MINUS = "−";
const NO_BREAK = "\u202f";

/** The number that an answer means; null where there is none. */
export function numberOf(value: Spoken): number | null {
  return value === null || value === undefined ? null : Number(value);
}

/** A number to read: four significant digits, whole numbers in full, thousands apart. */
export function formatNumber(given: Spoken, digits = 4): string {
  const value = numberOf(given);
  if (value === null) return NOTHING;
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : `${MINUS}∞`;
  const size = Math.abs(value);
  const sign = value < 0 ? MINUS : "";
  if (size === 0) return "0";
  if (Number.isInteger(value) && size < 1e12) return sign + thousands(String(size));
  if (size >= 1e9 || size < 1e-4) return sign + scientific(size, digits);
  if (size >= 10 ** (digits - 1)) return sign + thousands(String(Math.round(size)));
  return sign + trimmed(size.toPrecision(digits));
}

/** Every digit there is, for copying and for a tooltip that claims to be exact. */
export function formatExact(given: Spoken): string {
  const value = numberOf(given);
  if (value === null) return NOTHING;
  if (!Number.isFinite(value)) return formatNumber(value);
  return String(value).replace("-", MINUS);
}

/** A number with so many decimals, for columns: their points stand below each other. */
export function formatFixed(given: Spoken, decimals: number, hasSign = false): string {
  const value = numberOf(given);
  if (value === null || !Number.isFinite(value)) return formatNumber(value);
  const [whole = "", rest = ""] = Math.abs(value).toFixed(decimals).split(".");
  const digits = rest ? `${thousands(whole)}.${rest}` : thousands(whole);
  if (!/[1-9]/.test(digits)) return digits;
  return `${value < 0 ? MINUS : hasSign ? "+" : ""}${digits}`;
}

/** A difference with its sign. */
export function formatDifference(given: Spoken, digits = 3): string {
  const value = numberOf(given);
  if (value === null) return NOTHING;
  if (value === 0) return "±0";
  return value > 0 ? `+${formatNumber(value, digits)}` : formatNumber(value, digits);
}

export function withUnit(text: string, unit: string | null | undefined): string {
  return unit && text !== NOTHING ? `${text}${NO_BREAK}${unit}` : text;
}

/** A step or a count in little room: 950, 20k, 1.25M. */
export function formatShort(value: number): string {
  const size = Math.abs(value);
  for (const [limit, letter] of [[1e12, "T"], [1e9, "G"], [1e6, "M"], [1e3, "k"]] as const) {
    if (size >= limit) return `${trimmed((value / limit).toPrecision(4)).replace("-", MINUS)}${letter}`;
  }
  return trimmed(value.toPrecision(4)).replace("-", MINUS);
}

/** A count of things: "1 point", "20,000 points". */
export function formatCount(count: number, one: string, many = `${one}s`): string {
  return `${formatNumber(count)} ${count === 1 ? one : many}`;
}

/** Seconds as one says them: 0.4 s, 41 min, 2 h 05 min, 3 d 4 h. */
export function formatDuration(given: Spoken): string {
  const seconds = numberOf(given);
  if (seconds === null || !Number.isFinite(seconds)) return NOTHING;
  if (seconds < 0) return MINUS + formatDuration(-seconds);
  if (seconds < 1) return seconds === 0 ? "0 s" : seconds < 1e-3 ? `${trimmed((seconds * 1e6).toPrecision(3))} µs` : `${trimmed((seconds * 1e3).toPrecision(3))} ms`;
  if (seconds < 10) return `${trimmed(seconds.toFixed(1))} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return whole % 60 && whole < 600 ? `${Math.floor(whole / 60)} min ${two(whole % 60)} s` : `${Math.round(whole / 60)} min`;
  const minutes = Math.round(whole / 60);
  if (minutes < 1440) return minutes % 60 ? `${Math.floor(minutes / 60)} h ${two(minutes % 60)} min` : `${minutes / 60} h`;
  const hours = Math.round(minutes / 60);
  return hours % 24 ? `${Math.floor(hours / 24)} d ${hours % 24} h` : `${hours / 24} d`;
}

export function formatBytes(given: Spoken): string {
  const bytes = numberOf(given);
  if (bytes === null || !Number.isFinite(bytes)) return NOTHING;
  if (bytes < 1000) return `${bytes} B`;
  for (const [limit, unit] of [[1e12, "TB"], [1e9, "GB"], [1e6, "MB"], [1e3, "kB"]] as const) {
    if (bytes >= limit) return `${trimmed((bytes / limit).toPrecision(3))} ${unit}`;
  }
  return `${bytes} B`;
}

/** When, on the reader's clock: 2026-11-21 15:10:03. */
export function formatTime(ms: number | null | undefined): string {
  if (ms === null || ms === undefined || !Number.isFinite(ms)) return NOTHING;
  const at = new Date(ms);
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${day} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}

/** How long ago, for lists; the exact time belongs into the title beside it. */
export function formatAgo(ms: number | null | undefined, nowMs: number): string {
  if (ms === null || ms === undefined) return NOTHING;
  const seconds = (nowMs - ms) / 1000;
  if (seconds < 0) return "just now";
  if (seconds < 5) return "just now";
  if (seconds < 60) return `${Math.floor(seconds)} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ago`;
  if (seconds < 86_400 * 60) return `${Math.floor(seconds / 86_400)} d ago`;
  return formatTime(ms).slice(0, 10);
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}

function trimmed(text: string): string {
  if (text.includes("e")) return String(Number(text));
  return text.includes(".") ? text.replace(/0+$/, "").replace(/\.$/, "") : text;
}

function thousands(digits: string): string {
  return digits.length > 3 ? digits.replace(/\B(?=(\d{3})+$)/g, ",") : digits;
}

function scientific(size: number, digits: number): string {
  const [mantissa = "", exponent = ""] = size.toExponential(digits - 1).split("e");
  return `${trimmed(mantissa)}e${exponent.replace("+", "").replace("-", MINUS)}`;
}
