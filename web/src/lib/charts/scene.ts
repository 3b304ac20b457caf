// What a chart shows, worked out from curves: lines or groups, the ranges of both axes, what is not shown.
import type { Status } from "../api/contract";
import type { Curve } from "../api/curves";
import { extentOf, fullRange, paddedRange, robustRange, type Extent, type Range } from "../model/ranges";
import type { BandKind, GroupLine } from "../model/groups";
import { lineOf, spliced, type Line } from "../model/buckets";
import { groupOfMembers } from "./reduced";
import { smoothedOverX, SMOOTHING_STEPS } from "../model/smoothing";

/** A run to be drawn. */
export interface ChartSeries {
  run: string;
  /** The metric, where it isn't that of the chart. */
  label?: string;
  name: string;
  colour: string;
  dash?: readonly number[];
  status: Status;
  /** Running without a sign of life for so long. */
  silentSeconds?: number | null;
}

export interface ChartGroup {
  label: string;
  /** What it is called in little room. */
  short?: string;
  colour: string;
  runs: readonly string[];
}

/** A run's curve in a scene: rows of everything, and finer ones of what one zoomed into. They are put together only for those who look. */
export class SceneLine {
  /** `line.y` smoothed; null where nothing is. */
  smooth: Float64Array | null = null;
  #line: Line | null = null;

  constructor(
    readonly series: ChartSeries,
    readonly curve: Curve,
    /** Points of the whole series, as far as is known. */
    readonly total: number,
    readonly coarse: Line,
    readonly fine: Line | null,
    readonly window: Range,
    /** Coarse rows at each side of fine ones. */
    readonly around: number,
  ) {}

  get line(): Line {
    return (this.#line ??= this.fine ? splicedOnce(this.coarse, this.fine, this.window, this.around) : this.coarse);
  }
}

const joined = new WeakMap<Line, { coarse: Line; around: number; line: Line }>();

function splicedOnce(coarse: Line, fine: Line, { from, to }: Range, around: number): Line {
  const known = joined.get(fine);
  if (known && known.coarse === coarse && known.around === around) return known.line;
  const line = spliced(coarse, fine, from, to, around);
  joined.set(fine, { coarse, around, line });
  return line;
}

export interface SceneGroup {
  group: ChartGroup;
  line: GroupLine;
  mean: Float64Array;
  low: Float64Array;
  high: Float64Array;
  isSmoothed: boolean;
  members: SceneLine[];
}

export interface Scene {
  lines: SceneLine[];
  groups: SceneGroup[] | null;
  x: Range;
  y: Range;
  isLogX: boolean;
  isLogY: boolean;
  /** Whether y leaves out what sticks out. */
  isCut: boolean;
  /** One value a run: no x, and values lie along the picture. */
  isStrip: boolean;
}

export interface SceneSettings {
  smoothing: number;
  isLogX: boolean;
  isLogY: boolean;
  isRobust: boolean;
  zoom: Range | null;
  band: BandKind | "runs";
  buckets: number;
  isStrip?: boolean;
}

/** More lines than these can't be told apart: they are drawn as one band. */
export const MOST_LINES = 200;

export const keyOf = (run: string, label: string) => `${run} ${label}`;

/** The lines of a chart, fine rows put into coarse ones where one zoomed in; smoothing needs all that came before. */
export function linesOf(series: readonly ChartSeries[], label: string, overview: ReadonlyMap<string, Curve>, detail: ReadonlyMap<string, Curve> | null, zoom: Range | null, isSmoothed = true): SceneLine[] {
  return series.flatMap((one): SceneLine[] => {
    const key = keyOf(one.run, one.label ?? label);
    const [coarse, fine] = [overview.get(key), zoom ? detail?.get(key) : undefined];
    const curve = fine ?? coarse;
    if (!curve) return [];
    const has = (some: Curve | undefined) => some !== undefined && (some.xFirst.length > 0 || some.notFinite > 0);
    if (!has(coarse) && !has(fine)) return [];
    const total = Math.max(curve.outside, curve.points, coarse?.outside ?? 0);
    return [new SceneLine(one, curve, total, lineOf(coarse ?? curve), coarse && fine ? lineOf(fine) : null, zoom ?? NO_WINDOW, isSmoothed ? Infinity : 1)];
  });
}

const NO_WINDOW: Range = { from: -Infinity, to: Infinity };

/** The x that a chart spans unzoomed; null without points. */
export function spanOf(lines: readonly SceneLine[], isLogX: boolean): Range | null {
  let from = Infinity;
  let to = -Infinity;
  for (const { coarse, fine } of lines) {
    for (const line of fine ? [coarse, fine] : [coarse]) {
      if (line.x.length === 0) continue;
      const first = isLogX ? line.xFirst.find((x) => x > 0) : line.xFirst[0];
      if (first !== undefined && first < from) from = first;
      if (line.xLast[line.x.length - 1]! > to) to = line.xLast[line.x.length - 1]!;
    }
  }
  return from <= to ? { from, to } : null;
}

export function sceneOf(lines: SceneLine[], groups: readonly ChartGroup[] | null, settings: SceneSettings): Scene | null {
  const span = spanOf(lines, settings.isLogX);
  if (span === null) return null;
  const { isLogX, isLogY, smoothing } = settings;
  const x = widened(settings.zoom ?? span, isLogX);
  const unit = (span.to - span.from) / SMOOTHING_STEPS;
  const banded = bandsOf(lines, groups, settings, span);
  let extents: Extent[];
  let made: SceneGroup[] | null = null;
  if (banded) {
    made = banded.map((one) => smoothedGroup(one, smoothing, unit));
    extents = made.flatMap(({ line, mean }) => [
      { x: line.x, low: line.low, high: line.high, middle: mean },
      { x: line.x, low: line.least, high: line.greatest, middle: mean },
    ]);
  } else {
    for (const one of lines) one.smooth = smoothing > 0 ? smoothedOverX(one.line.x, one.line.y, smoothing, unit) : null;
    extents = lines.map(({ line }) => extentOf(line));
  }
  const full = fullRange(extents, x.from, x.to, isLogY);
  const kept = settings.isRobust ? robustRange(extents, x.from, x.to, isLogY) : full;
  const isCut = kept !== null && full !== null && (kept.from > full.from || kept.to < full.to);
  return { lines, groups: made, x, y: paddedRange(kept, isLogY), isLogX, isLogY, isCut, isStrip: settings.isStrip ?? false };
}

function bandsOf(lines: readonly SceneLine[], groups: readonly ChartGroup[] | null, settings: SceneSettings, span: Range) {
  const kind = settings.band;
  if (groups && groups.length > 0 && kind !== "runs") {
    return groups.flatMap((group) => {
      const runs = new Set(group.runs);
      const members = lines.filter((one) => runs.has(one.series.run));
      return members.length > 0 ? [grouped(group, members, kind, settings, span)] : [];
    });
  }
  if (lines.length <= MOST_LINES || settings.isStrip) return null;
  const all = { label: `all ${lines.length} runs`, colour: lines[0]!.series.colour, runs: lines.map((one) => one.series.run) };
  return [grouped(all, [...lines], kind === "runs" ? "range" : kind, settings, span)];
}

function grouped(group: ChartGroup, members: SceneLine[], kind: BandKind, settings: SceneSettings, span: Range): SceneGroup {
  for (const one of members) one.smooth = null;
  const line = groupOfMembers(members, kind, span, settings.buckets);
  return { group, line, mean: line.mean, low: line.low, high: line.high, isSmoothed: false, members };
}

function smoothedGroup(one: SceneGroup, smoothing: number, unit: number): SceneGroup {
  if (smoothing <= 0) return one;
  const smooth = (values: Float64Array) => smoothedOverX(one.line.x, values, smoothing, unit);
  return { ...one, mean: smooth(one.mean), low: smooth(one.low), high: smooth(one.high), isSmoothed: true };
}

function widened(range: Range, isLog: boolean): Range {
  if (range.to > range.from) return range;
  return isLog ? { from: range.from / 2, to: range.to * 2 } : { from: range.from - 0.5, to: range.to + 0.5 };
}
