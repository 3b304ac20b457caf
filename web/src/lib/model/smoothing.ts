// Smoothing that doesn't lie: an exponential mean without the pull towards its start, blind to NaN.

/** This share of the whole x range counts as one step of the mean, however densely was logged. */
export const SMOOTHING_STEPS = 1000;

/**
 * Smooth over x: what lies one `unit` back weighs `strength` times as much.
 * NaN stays NaN and changes nothing after it. Dividing by the sum of the weights takes the bias of the start out.
 */
export function smoothedOverX(x: Float64Array, y: Float64Array, strength: number, unit: number): Float64Array {
  const out = new Float64Array(y.length);
  if (!(unit > 0) || strength <= 0) return y.slice();
  const log = Math.log(Math.min(strength, 0.9999)) / unit;
  let total = 0;
  let weights = 0;
  let before = NaN;
  for (let row = 0; row < y.length; row++) {
    const value = y[row]!;
    if (!Number.isFinite(value)) {
      out[row] = NaN;
      continue;
    }
    const decay = Number.isNaN(before) ? 0 : Math.exp(log * (x[row]! - before));
    total = total * decay + value;
    weights = weights * decay + 1;
    before = x[row]!;
    out[row] = total / weights;
  }
  return out;
}

/** Smooth over points, as TensorBoard does; a row of `count` points weighs as that many. */
export function smoothedOverPoints(y: Float64Array, count: Uint32Array, strength: number): Float64Array {
  const out = new Float64Array(y.length);
  let total = 0;
  let weights = 0;
  for (let row = 0; row < y.length; row++) {
    const value = y[row]!;
    if (!Number.isFinite(value)) {
      out[row] = NaN;
      continue;
    }
    const decay = strength ** Math.max(1, count[row]!);
    total = total * decay + value * (1 - decay);
    weights = weights * decay + (1 - decay);
    out[row] = total / weights;
  }
  return out;
}
