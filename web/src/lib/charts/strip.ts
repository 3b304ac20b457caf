// Metrics that have no course: one value a run, each run a dot, each group a row with its mean.
import type { Curve } from "../api/curves";
import { lineOf } from "../model/buckets";
import { binsOf, type Bin } from "../model/histogram";
import type { Scene } from "./scene";
import { SceneLine } from "./scene";

export interface StripDot {
  line: SceneLine;
  value: number;
}

export interface StripRow {
  label: string;
  /** Beside its dots. */
  short: string;
  colour: string;
  /** Null where a row is one run. */
  group: string | null;
  mean: number;
  low: number;
  high: number;
  n: number;
  dots: StripDot[];
  /** Value of the row minus that of the baseline; null without one. */
  difference: number | null;
  isBaseline: boolean;
}

export interface Strip {
  rows: StripRow[];
  /** Of all values, where there are more rows than can be told apart. */
  bins: Bin[] | null;
  reference: number | null;
}

export const MOST_ROWS = 40;

/** Whether no run has more than one point: then there is no course to draw. A run that has only begun to log steps may yet get one. */
export function isStripOf(lines: readonly SceneLine[], isByOrder: boolean): boolean {
  return lines.length > 0 && lines.every(({ total, series }) => total <= 1 && (isByOrder || series.status !== "running"));
}

const NOWHERE = Float64Array.of(0);

/** The same runs at one place: what they were logged at says nothing here. */
export function flattened(lines: readonly SceneLine[]): SceneLine[] {
  return lines.map((one) => {
    const { curve } = one;
    const rest = curve.positiveInfinity.length ? Infinity : curve.negativeInfinity.length ? -Infinity : NaN;
    const value = Float64Array.of(Number.isFinite(curve.mean[0]) ? curve.mean[0]! : rest);
    const known = flat.get(curve);
    const flatCurve: Curve = known ?? {
      ...curve, isRaw: true, xFirst: NOWHERE, xLast: NOWHERE, min: value, max: value, mean: value, count: Uint32Array.of(1),
      seams: [], nan: [], positiveInfinity: [], negativeInfinity: [],
    };
    if (!known) flat.set(curve, flatCurve);
    return new SceneLine(one.series, flatCurve, one.total, lineOf(flatCurve), null, one.window, 0);
  });
}

const flat = new WeakMap<Curve, Curve>();

export function stripOf(scene: Scene, baseline: readonly string[]): Strip {
  const dotOf = (line: SceneLine): StripDot => ({ line, value: line.line.y[0] ?? NaN });
  const rows: StripRow[] = scene.groups
    ? scene.groups.map(({ group, line, members }) => ({
        label: group.label, short: group.short ?? group.label, colour: group.colour, group: group.label, mean: line.mean[0] ?? NaN, low: line.low[0] ?? NaN, high: line.high[0] ?? NaN, n: line.n[0] ?? 0,
        dots: members.map(dotOf), difference: null, isBaseline: group.runs.some((run) => baseline.includes(run)),
      }))
    : scene.lines.map((line) => {
        const dot = dotOf(line);
        return {
          label: line.series.name, short: line.series.name, colour: line.series.colour, group: null, mean: dot.value, low: NaN, high: NaN, n: 1,
          dots: [dot], difference: null, isBaseline: baseline.includes(line.series.run),
        };
      });
  const bases = rows.flatMap((row) => (row.isBaseline && Number.isFinite(row.mean) ? [row.mean] : []));
  const reference = bases.length ? bases.reduce((sum, one) => sum + one, 0) / bases.length : null;
  if (reference !== null) for (const row of rows) if (!row.isBaseline && Number.isFinite(row.mean)) row.difference = row.mean - reference;
  return { rows, bins: rows.length > MOST_ROWS ? binsOf(scene.lines.map((line) => dotOf(line).value)) : null, reference };
}
