// Who is near the pointer: what a tooltip lists, the nearest first.
import { nearestPlace, valueAt } from "../model/buckets";
import type { Projection } from "./projection";
import type { Scene, SceneGroup, SceneLine } from "./scene";

export interface NearLine {
  kind: "line";
  one: SceneLine;
  row: number;
  /** Pixels between the pointer and the line, up and down. */
  away: number;
  /** Value of this run minus that of the baseline, or the mean of its runs, at the same x; null without one. */
  difference: number | null;
  isBaseline: boolean;
}

export interface NearGroup {
  kind: "group";
  one: SceneGroup;
  row: number;
  away: number;
  difference: number | null;
  isBaseline: boolean;
}

export type Near = NearLine | NearGroup;

/** A line that ended this share of the range before is no longer near. */
const REACH = 0.015;

export function nearTo(scene: Scene, project: Projection, x: number, top: number, baseline: readonly string[]): Near[] {
  const reach = (scene.x.to - scene.x.from) * REACH;
  const out: Near[] = [];
  const measured = (xs: Float64Array, ys: Float64Array): { row: number; away: number } | null => {
    const row = nearestPlace(xs, x);
    if (row < 0) return null;
    const isBeyond = x > xs[xs.length - 1]! + reach || x < xs[0]! - reach;
    return isBeyond ? null : { row, away: Number.isFinite(ys[row]!) ? Math.abs(project.y(ys[row]!) - top) : 1e6 };
  };
  if (scene.groups) {
    const base = scene.groups.find((group) => group.group.runs.some((run) => baseline.includes(run)));
    for (const one of scene.groups) {
      const found = measured(one.line.x, one.mean);
      if (!found || !Number.isFinite(one.line.mean[found.row]!)) continue;
      const other = base && base !== one ? valueAt(base.line.x, base.line.mean, one.line.x[found.row]!) : NaN;
      out.push({ kind: "group", one, ...found, difference: Number.isFinite(other) ? one.line.mean[found.row]! - other : null, isBaseline: base === one });
    }
  } else {
    const bases = scene.lines.filter((line) => baseline.includes(line.series.run));
    for (const one of scene.lines) {
      const found = measured(one.line.x, one.smooth ?? one.line.y);
      if (!found) continue;
      const isBaseline = bases.includes(one);
      const other = isBaseline ? NaN : meanAt(bases, one.line.x[found.row]!);
      out.push({ kind: "line", one, ...found, difference: Number.isFinite(other) ? one.line.y[found.row]! - other : null, isBaseline });
    }
  }
  return out.sort((one, other) => one.away - other.away);
}

/** The mean of lines at a place; NaN where none of them is. */
function meanAt(lines: readonly SceneLine[], x: number): number {
  const values = lines.map(({ line }) => valueAt(line.x, line.y, x)).filter(Number.isFinite);
  return values.length ? values.reduce((sum, one) => sum + one, 0) / values.length : NaN;
}
