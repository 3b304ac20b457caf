// From values of any kind to places between 0 and 1, and back.
import { formatDuration, formatNumber, formatTime } from "./format";
import { ticksOf } from "./ticks";

export type ValueKind = "number" | "time" | "duration" | "text";
export type Value = number | string | null;

export interface ScaleTick {
  at: number;
  text: string;
}

export interface Scale {
  kind: ValueKind;
  isLog: boolean;
  /** Where a value stands; NaN where it has no place: none, no number, ≤ 0 on a log scale. */
  place: (value: Value) => number;
  /** The number at a place; of texts the number of the nearest one. */
  value: (place: number) => number;
  ticks: (count: number) => ScaleTick[];
  /** Texts in the order of their places; empty of numbers. */
  categories: readonly string[];
}

/** A scale that holds all of `values`. A log scale needs something above 0; without it is linear. */
export function scaleOf(kind: ValueKind, values: Iterable<Value>, isLog = false, isPadded = false): Scale {
  return kind === "text" ? textScale(values) : numberScale(kind, values, isLog, isPadded);
}

function numberScale(kind: ValueKind, values: Iterable<Value>, wantsLog: boolean, isPadded: boolean): Scale {
  let [least, greatest, leastAbove] = [Infinity, -Infinity, Infinity];
  const few = new Set<number>();
  for (const value of values) {
    if (typeof value !== "number" || !Number.isFinite(value)) continue;
    if (few.size <= FEW) few.add(value);
    if (value < least) least = value;
    if (value > greatest) greatest = value;
    if (value > 0 && value < leastAbove) leastAbove = value;
  }
  const isLog = wantsLog && greatest > 0;
  let [from, to] = least > greatest ? [0, 1] : [isLog ? leastAbove : least, greatest];
  if (from === to) [from, to] = isLog ? [from / 2, to * 2] : [from - (Math.abs(from) * 0.05 || 0.5), to + (Math.abs(to) * 0.05 || 0.5)];
  else if (isPadded) {
    const margin = isLog ? (to / from) ** 0.04 : (to - from) * 0.04;
    [from, to] = isLog ? [from / margin, to * margin] : [from - margin, to + margin];
  }
  const [low, span] = isLog ? [Math.log(from), Math.log(to) - Math.log(from)] : [from, to - from];
  return {
    kind,
    isLog,
    categories: [],
    place: (value) => (typeof value !== "number" || !Number.isFinite(value) || (isLog && value <= 0) ? NaN : ((isLog ? Math.log(value) : value) - low) / span),
    value: (place) => (isLog ? Math.exp(low + place * span) : low + place * span),
    ticks: (count) => {
      // Where only a few plain values were tried, they are the ticks.
      const tried = [...few].filter((value) => !isLog || value > 0);
      if (kind === "number" && few.size > 0 && few.size <= Math.min(FEW, count) && tried.every((value) => String(value).length <= 6)) {
        const ticks = tried.map((value) => ({ at: ((isLog ? Math.log(value) : value) - low) / span, text: formatNumber(value) })).sort((a, b) => a.at - b.at);
        if (ticks.every((tick, at) => at === 0 || tick.at - ticks[at - 1]!.at > 0.06)) return ticks;
      }
      return ticksOf(kind === "time" ? "time" : kind === "duration" ? "relative" : "number", isLog, from, to, count).map(({ at, text }) => ({
        at: ((isLog ? Math.log(at) : at) - low) / span,
        text,
      }));
    },
  };
}

const FEW = 6;

function textScale(values: Iterable<Value>): Scale {
  const categories = [...new Set([...values].flatMap((value) => (value === null ? [] : [String(value)])))].sort((a, b) => a.localeCompare(b, undefined, { numeric: true }));
  const places = new Map(categories.map((text, at) => [text, (at + 0.5) / categories.length]));
  return {
    kind: "text",
    isLog: false,
    categories,
    place: (value) => (value === null ? NaN : (places.get(String(value)) ?? NaN)),
    value: (place) => Math.max(0, Math.min(categories.length - 1, Math.floor(place * categories.length))),
    // Of more texts than there is room for, every so many-th is named.
    ticks: (count) => {
      const gap = Math.max(1, Math.ceil(categories.length / Math.max(1, count)));
      return categories.flatMap((text, at) => (at % gap === 0 ? [{ at: (at + 0.5) / categories.length, text }] : []));
    },
  };
}

/** Whether a log scale tells more: all above 0, over two powers of ten or more. */
export function suggestsLog(kind: ValueKind, values: Iterable<Value>): boolean {
  if (kind !== "number") return false;
  let [least, greatest] = [Infinity, 0];
  for (const value of values) {
    if (typeof value !== "number" || !Number.isFinite(value)) continue;
    if (value <= 0) return false;
    least = Math.min(least, value);
    greatest = Math.max(greatest, value);
  }
  return greatest / least >= 100;
}

export function sayValue(kind: ValueKind, value: Value): string {
  if (value === null || typeof value === "string") return value ?? "–";
  return kind === "time" ? formatTime(value) : kind === "duration" ? formatDuration(value) : formatNumber(value);
}

/** Dark to light as numbers rise, readable without colour too: samples of cividis, for eyes without red or green receptors alike. */
const SEQUENCE = ["#00224e", "#123570", "#3b496c", "#575d6d", "#707173", "#8a8678", "#a59c74", "#c3b369", "#e1cc55", "#fee838"].map(rgb);
/** The part of it that stays apart from a light, or a dark, ground. */
const WINDOW = { light: [0, 0.86], dark: [0.22, 1] } as const;

export function colourAt(place: number, theme: "light" | "dark"): string {
  const [from, to] = WINDOW[theme];
  const at = (from + Math.max(0, Math.min(1, place)) * (to - from)) * (SEQUENCE.length - 1);
  const low = SEQUENCE[Math.floor(at)]!;
  const high = SEQUENCE[Math.min(SEQUENCE.length - 1, Math.floor(at) + 1)]!;
  const share = at - Math.floor(at);
  return `#${low.map((part, channel) => Math.round(part + (high[channel]! - part) * share).toString(16).padStart(2, "0")).join("")}`;
}

function rgb(text: string): number[] {
  return [1, 3, 5].map((from) => parseInt(text.slice(from, from + 2), 16));
}
