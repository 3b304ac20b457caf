// Made-up rows for tests of model code.
import type { Rows } from "./buckets";

export function rowsOf(points: [number, number][], isRaw = true, width = 0): Rows {
  const y = Float64Array.from(points, ([, value]) => value);
  return {
    xFirst: Float64Array.from(points, ([x]) => x - width),
    xLast: Float64Array.from(points, ([x]) => x + width),
    min: y,
    max: y,
    mean: y,
    count: new Uint32Array(points.length).fill(1),
    isRaw,
  };
}
