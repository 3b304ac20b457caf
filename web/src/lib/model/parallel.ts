// Parallel coordinates: an axis per field, a line per run, brushes that choose.
import { scaleOf, type Scale, type Value, type ValueKind } from "./scales";

export interface Field {
  key: string;
  label: string;
  kind: ValueKind;
  values: readonly Value[];
}

export interface Axis {
  field: Field;
  scale: Scale;
  isFlipped: boolean;
  /** Where each run stands, 0 at the bottom; NaN where it has no value there. */
  places: Float32Array;
  /** How many runs have no value here. */
  missing: number;
}

/** What an axis lets through: numbers from–to, or some texts. */
export type Brush = { from: number; to: number } | { texts: readonly string[] };

export function axisOf(field: Field, isLog: boolean, isFlipped: boolean): Axis {
  const scale = scaleOf(field.kind, field.values, isLog);
  const places = new Float32Array(field.values.length);
  let missing = 0;
  for (let at = 0; at < places.length; at++) {
    const place = scale.place(field.values[at] ?? null);
    if (Number.isNaN(place)) missing++;
    places[at] = isFlipped ? 1 - place : place;
  }
  return { field, scale, isFlipped, places, missing };
}

/** The brush that a drag from one place of an axis to another means; null if nothing lies there. */
export function brushOf(axis: Axis, one: number, other: number): Brush | null {
  const [low, high] = placesInOrder(axis, one, other);
  const { scale } = axis;
  if (scale.kind !== "text") return { from: scale.value(Math.max(0, low)), to: scale.value(Math.min(1, high)) };
  const count = scale.categories.length;
  const texts = scale.categories.filter((_, at) => (at + 0.5) / count >= low && (at + 0.5) / count <= high);
  return texts.length > 0 ? { texts } : null;
}

function placesInOrder(axis: Axis, one: number, other: number): [number, number] {
  const back = (place: number) => (axis.isFlipped ? 1 - place : place);
  const [a, b] = [back(one), back(other)];
  return a < b ? [a, b] : [b, a];
}

/** From where to where a brush is drawn, 0 at the bottom. */
export function extentOfBrush(axis: Axis, brush: Brush): [number, number] {
  const { scale } = axis;
  let low: number, high: number;
  if ("texts" in brush) {
    const half = 0.5 / Math.max(1, scale.categories.length);
    const places = brush.texts.map((text) => scale.place(text)).filter((place) => !Number.isNaN(place));
    [low, high] = places.length ? [Math.min(...places) - half, Math.max(...places) + half] : [0, 0];
  } else {
    const at = (value: number, otherwise: number) => (Number.isNaN(scale.place(value)) ? otherwise : scale.place(value));
    [low, high] = [at(brush.from, 0), at(brush.to, 1)];
  }
  [low, high] = [Math.max(0, Math.min(1, low)), Math.max(0, Math.min(1, high))];
  return axis.isFlipped ? [1 - high, 1 - low] : [low, high];
}

/** Which runs pass all brushes: 1 for each that does. Runs without a value on a brushed axis don't. */
export function passing(axes: readonly Axis[], brushes: ReadonlyMap<string, Brush>, count: number): Uint8Array {
  const passes = new Uint8Array(count).fill(1);
  for (const axis of axes) {
    const brush = brushes.get(axis.field.key);
    if (!brush) continue;
    const { values } = axis.field;
    if ("texts" in brush) {
      const texts = new Set(brush.texts);
      for (let at = 0; at < count; at++) if (values[at] == null || !texts.has(String(values[at]))) passes[at] = 0;
    } else {
      for (let at = 0; at < count; at++) {
        const value = values[at];
        // A drag ends between two pixels: what stands right on its edge belongs to it.
        if (typeof value !== "number" || !(value >= brush.from - slack(brush.from) && value <= brush.to + slack(brush.to))) passes[at] = 0;
      }
    }
  }
  return passes;
}

const slack = (edge: number) => Math.abs(edge) * 1e-9;

/** A brush moved by a share of its axis, or made larger (both > 0) or smaller at both ends. */
export function nudged(axis: Axis, brush: Brush | null, move: number, grow: number): Brush | null {
  if (brush === null) return brushOf(axis, 0.25, 0.75) ?? brushOf(axis, 0, 1);
  const [low, high] = extentOfBrush(axis, brush);
  const size = high - low;
  const from = Math.max(0, Math.min(1 - size, low + move)) - grow;
  const to = from + size + 2 * grow;
  return to - from < 0.01 ? brush : (brushOf(axis, Math.max(0, from), Math.min(1, to)) ?? brush);
}

/** The run whose line passes nearest to a point between axes `left` and `left + 1`; -1 if none is within `reach`. */
export function nearestLine(axes: readonly Axis[], passes: Uint8Array, left: number, share: number, place: number, reach: number): number {
  const one = axes[left]?.places;
  const other = axes[left + 1]?.places ?? one;
  if (!one || !other) return -1;
  let [found, best] = [-1, reach];
  for (let at = 0; at < passes.length; at++) {
    if (!passes[at]) continue;
    const away = Math.abs(one[at]! * (1 - share) + other[at]! * share - place);
    if (away < best) [found, best] = [at, away];
  }
  return found;
}

/** A list with the item at one place moved to another. */
export function moved<T>(list: readonly T[], from: number, to: number): T[] {
  const next = [...list];
  const [item] = next.splice(from, 1);
  if (item !== undefined) next.splice(Math.max(0, Math.min(next.length, to)), 0, item);
  return next;
}
