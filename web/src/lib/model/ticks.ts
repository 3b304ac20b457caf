// Where an axis has its ticks and what they say. Screen, PNG and SVG take them from here alike.
import { formatNumber, formatShort } from "./format";

export type AxisKind = "number" | "step" | "relative" | "time";

export interface Tick {
  at: number;
  text: string;
}

const MOST = 40;

export function ticksOf(kind: AxisKind, isLog: boolean, from: number, to: number, count: number): Tick[] {
  if (!(to > from) || !Number.isFinite(to - from)) return [];
  if (isLog && kind !== "time" && from > 0) return logTicks(from, to, count);
  if (kind === "time") return timeTicks(from, to, count);
  const gap = kind === "relative" ? niceSeconds((to - from) / count) : niceGap((to - from) / count);
  const isWhole = kind === "step" && gap < 1;
  return every(isWhole ? 1 : gap, from, to).map((at) => ({
    at,
    text: kind === "relative" ? clock(at, gap) : kind === "step" ? formatShort(at) : decimal(at, gap),
  }));
}

/** 1, 2 or 5 times a power of ten, not below `rough`. */
export function niceGap(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  const share = rough / power;
  return (share <= 1.0001 ? 1 : share <= 2.0001 ? 2 : share <= 5.0001 ? 5 : 10) * power;
}

function every(gap: number, from: number, to: number): number[] {
  const first = Math.ceil(from / gap - 1e-9);
  const out: number[] = [];
  for (let place = first; place * gap <= to + gap * 1e-9 && out.length < MOST; place++) out.push(Number((place * gap).toPrecision(12)));
  return out;
}

function decimal(at: number, gap: number): string {
  const size = Math.max(Math.abs(at), gap);
  if (size >= 1e4) return formatShort(at);
  if (gap < 1e-4) return at === 0 ? "0" : formatNumber(at, 1 + Math.max(1, Math.ceil(Math.log10(Math.abs(at) / gap) + 0.001)));
  return at.toFixed(Math.max(0, -Math.floor(Math.log10(gap) + 1e-9))).replace("-", "−");
}

function logTicks(from: number, to: number, count: number): Tick[] {
  const [low, high] = [Math.log10(from), Math.log10(to)];
  const decades = high - low;
  if (decades < 1) {
    // Too few powers of ten to read by: plain steps, at their log places.
    return every(niceGap((to - from) / count), from, to).map((at) => ({ at, text: decimal(at, niceGap((to - from) / count)) }));
  }
  const skip = Math.max(1, Math.ceil(decades / count));
  const marks = skip === 1 && decades <= count / 2 ? (decades <= count / 4 ? [1, 2, 5] : [1, 3]) : [1];
  const out: Tick[] = [];
  for (let power = Math.floor(low); power <= Math.ceil(high); power++) {
    if (power % skip !== 0) continue;
    for (const mark of marks) {
      const at = Number((mark * 10 ** power).toPrecision(3));
      if (at >= from && at <= to) out.push({ at, text: power < -3 ? formatNumber(at) : formatShort(at) });
    }
  }
  return out;
}

const SECONDS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600, 43_200, 86_400, 172_800, 604_800];

function niceSeconds(rough: number): number {
  if (rough < 1) return niceGap(rough);
  return SECONDS.find((gap) => gap >= rough) ?? Math.ceil(rough / 604_800) * 604_800;
}

function clock(seconds: number, gap: number): string {
  if (seconds === 0) return "0";
  const sign = seconds < 0 ? "−" : "";
  const size = Math.abs(seconds);
  if (gap < 1) return `${sign}${Number(size.toPrecision(6))} s`;
  const [days, hours, minutes, rest] = [Math.floor(size / 86_400), Math.floor((size % 86_400) / 3600), Math.floor((size % 3600) / 60), Math.round(size % 60)];
  const parts: [number, string][] = [[days, "d"], [hours, "h"], [minutes, "m"], [rest, "s"]];
  return sign + parts.filter(([value]) => value > 0).slice(0, 2).map(([value, unit]) => value + unit).join(" ");
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** Ticks on the reader's clock: a new day says its date, what lies within one its time. */
function timeTicks(from: number, to: number, count: number): Tick[] {
  const gap = niceSeconds((to - from) / 1000 / count) * 1000;
  const shift = (at: number) => new Date(at).getTimezoneOffset() * 60_000;
  const out: Tick[] = [];
  let day = "";
  for (let local = Math.ceil((from - shift(from)) / gap) * gap; local + shift(from) <= to && out.length < MOST; local += gap) {
    const at = local + shift(from);
    const date = new Date(at);
    const now = `${MONTHS[date.getMonth()]} ${date.getDate()}`;
    const two = (value: number) => String(value).padStart(2, "0");
    const time = `${two(date.getHours())}:${two(date.getMinutes())}${gap < 60_000 ? `:${two(date.getSeconds())}` : ""}`;
    const fine = gap < 1000 ? `${time}.${String(date.getMilliseconds()).padStart(3, "0")}` : time;
    out.push({ at, text: gap >= 86_400_000 || (now !== day && out.length > 0) ? now : fine });
    day = now;
  }
  return out;
}
