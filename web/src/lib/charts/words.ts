// What a chart says of itself: how many points of how many, what is not shown, where NaN happened.
import { lowerBound } from "../model/buckets";
import type { XKind } from "../model/chartView";
import { formatCount, formatDuration, formatNumber, formatTime } from "../model/format";
import { countNotAboveZero, countOutside } from "../model/ranges";
import type { AxisKind } from "../model/ticks";
import type { Range } from "../model/ranges";
import type { Scene, SceneLine } from "./scene";

export interface Words {
  /** How much is shown. */
  shown: string;
  /** What one should know before trusting one's eyes. */
  warnings: string[];
}

const LISTED = 3;

/** What a chart's x is: "order" where points have no steps. */
export type ShownX = XKind | "order";

export const axisOf = (x: ShownX): AxisKind => (x === "order" ? "step" : axisOfKind(x));
const axisOfKind = (x: XKind): AxisKind => (x === "step" || x === "relative" || x === "time" ? x : "number");

export function sayX(kind: ShownX, value: number): string {
  if (kind === "order") return `point ${formatNumber(Math.round(value))}`;
  if (kind === "step") return `step ${formatNumber(Math.round(value))}`;
  if (kind === "relative") return `after ${formatDuration(value)}`;
  if (kind === "time") return formatTime(value);
  return `${kind.slice("metric:".length)} ${formatNumber(value, 6)}`;
}

/** The same among many. */
function sayShortX(kind: ShownX, value: number): string {
  if (kind === "relative") return formatDuration(value);
  return kind === "time" ? formatTime(value).slice(11) : formatNumber(value);
}

export function wordsOf(scene: Scene, kind: ShownX, zoom: Range | null): Words {
  if (scene.isStrip) return wordsOfStrip(scene);
  const { lines } = scene;
  const total = lines.reduce((sum, one) => sum + one.total, 0);
  const inside = zoom ? lines.reduce((sum, one) => sum + pointsIn(one, zoom), 0) : lines.reduce((sum, { curve }) => sum + curve.points, 0);
  const runs = lines.length > 1 ? `${formatNumber(lines.length)} runs · ` : "";
  const shown = runs + (inside < total ? `${formatNumber(inside)} of ${formatCount(total, "point")}` : formatCount(total, "point"));
  const joints = sayJoints(lines, kind, scene.x);
  const warnings: string[] = [];
  if (kind === "order") warnings.push("no steps: by order");
  if (scene.isCut) {
    const { count, isExact } = countOutside(lines.map((one) => one.line), scene.x.from, scene.x.to, scene.y);
    if (count > 0) warnings.push(`${isExact ? "" : "at least "}${formatCount(count, "point")} outside`);
  }
  sayNotFinite(warnings, lines, kind, scene.x);
  if (scene.isLogY) {
    const count = countNotAboveZero(lines.map((one) => one.line), scene.x.from, scene.x.to);
    if (count > 0) warnings.push(`${formatCount(count, "point")} ≤ 0 not on a log axis`);
  }
  if (scene.isLogX) {
    const count = lines.reduce((sum, { line }) => sum + line.x.filter((x) => x <= 0).length, 0);
    if (count > 0) warnings.push(`${formatCount(count, "point")} at x ≤ 0 not on a log axis`);
  }
  const unplaced = lines.reduce((sum, { curve }) => sum + curve.unplaced, 0);
  if (unplaced > 0) warnings.push(`${formatCount(unplaced, "point")} without ${kind.startsWith("metric:") ? kind.slice(7) : "a step"}`);
  const failed = lines.filter(({ curve }) => curve.error);
  if (failed.length > 0) warnings.push(failed.length === 1 ? failed[0]!.curve.error!.message : `${formatCount(failed.length, "curve")} can't be read`);
  return { shown: shown + joints, warnings };
}

/** Where attempts that were resumed go on from those before. */
function sayJoints(lines: readonly SceneLine[], kind: ShownX, seen: Range): string {
  const found = lines.map(({ curve }) => curve.seams.filter((x) => x >= seen.from && x <= seen.to)).filter((seams) => seams.length > 0);
  if (found.length === 0) return "";
  if (lines.length > 1) return ` · ${formatNumber(found.length)} resumed`;
  const listed = found[0]!.slice(0, LISTED).map((x) => sayShortX(kind, x));
  return ` · resumed at ${listed.join(", ")}${found[0]!.length > LISTED ? ", …" : ""}`;
}

function wordsOfStrip({ lines, y, isCut, isLogY }: Scene): Words {
  const warnings: string[] = [];
  const valueOf = ({ line }: SceneLine) => line.y[0]!;
  const outside = isCut ? lines.filter((one) => valueOf(one) < y.from || valueOf(one) > y.to).length : 0;
  if (outside > 0) warnings.push(`${formatCount(outside, "value")} outside`);
  const odd = lines.filter((one) => !Number.isFinite(valueOf(one)));
  if (odd.length > 0) warnings.push(`${formatNumber(valueOf(odd[0]!))} in ${odd[0]!.series.name}${odd.length > 1 ? ` and ${odd.length - 1} more` : ""}`);
  const below = isLogY ? lines.filter((one) => valueOf(one) <= 0).length : 0;
  if (below > 0) warnings.push(`${formatCount(below, "value")} ≤ 0 not on a log axis`);
  return { shown: lines.length === 1 ? "one value" : `${formatNumber(lines.length)} runs, one value each`, warnings };
}

function sayNotFinite(warnings: string[], lines: readonly SceneLine[], kind: ShownX, seen: Range): void {
  const within = (xs: readonly number[]) => xs.filter((x) => x >= seen.from && x <= seen.to);
  for (const [name, of] of [
    ["NaN", (one: SceneLine) => one.curve.nan],
    ["∞", (one: SceneLine) => one.curve.positiveInfinity],
    ["−∞", (one: SceneLine) => one.curve.negativeInfinity],
  ] as const) {
    const found = lines.map((one) => ({ one, at: within(of(one)) })).filter(({ at }) => at.length > 0);
    const count = found.reduce((sum, { at }) => sum + at.length, 0);
    if (count === 0) continue;
    const more = found.some(({ one, at }) => at.length >= 200 && one.curve.notFinite > at.length) ? "+" : "";
    const places = [...new Set(found.flatMap(({ at }) => at))].sort((a, b) => a - b);
    const listed = places.slice(0, LISTED).map((x) => sayShortX(kind, x));
    const who = found.length === 1 && lines.length > 1 ? ` in ${found[0]!.one.series.name}` : "";
    warnings.push(`${formatNumber(count)}${more} ${name} at ${listed.join(", ")}${places.length > LISTED ? ", …" : ""}${who}`);
  }
}

/** Points in a window, from rows: the fine answer of that window counts exactly. */
function pointsIn({ curve, coarse, fine }: SceneLine, zoom: Range): number {
  if (fine || curve.points < curve.outside || curve.points === 0) return curve.points;
  let sum = 0;
  for (let row = lowerBound(coarse.xLast, zoom.from); row < coarse.x.length && coarse.xFirst[row]! <= zoom.to; row++) sum += coarse.count[row]!;
  return sum;
}
