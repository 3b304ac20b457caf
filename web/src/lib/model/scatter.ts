// Which of many dots is meant.
export interface Dots {
  /** In pixels; NaN where a run has no place. */
  x: Float32Array;
  y: Float32Array;
}

/** The dot nearest to a point, -1 if none lies within `reach` pixels. */
export function nearestDot({ x, y }: Dots, left: number, top: number, reach: number): number {
  let [found, best] = [-1, reach * reach];
  for (let at = 0; at < x.length; at++) {
    const away = (x[at]! - left) ** 2 + (y[at]! - top) ** 2;
    if (away <= best) [found, best] = [at, away];
  }
  return found;
}

/** The dot that an arrow key leads to: the next one in that direction, rather straight ahead than near. */
export function dotBeside({ x, y }: Dots, from: number, dx: number, dy: number): number {
  if (from < 0) return x.findIndex((value, at) => !Number.isNaN(value) && !Number.isNaN(y[at]!));
  let [found, best] = [from, Infinity];
  for (let at = 0; at < x.length; at++) {
    const [ahead, aside] = dx !== 0 ? [(x[at]! - x[from]!) * dx, Math.abs(y[at]! - y[from]!)] : [(y[at]! - y[from]!) * dy, Math.abs(x[at]! - x[from]!)];
    // Of dots at the very same place one goes through in their order.
    const isNext = ahead > 0.5 || (Math.abs(ahead) <= 0.5 && aside <= 0.5 && (dx + dy > 0 ? at > from : at < from));
    if (!isNext) continue;
    const cost = Math.max(0, ahead) + 2 * aside;
    if (cost < best) [found, best] = [at, cost];
  }
  return found;
}

/** Spearman's rank correlation of those that have both values; null of fewer than 3 or without any spread. */
export function rankCorrelation(xs: readonly number[], ys: readonly number[]): number | null {
  const pairs = xs.flatMap((x, at) => (Number.isFinite(x) && Number.isFinite(ys[at]!) ? [[x, ys[at]!] as const] : []));
  if (pairs.length < 3) return null;
  const a = ranks(pairs.map(([x]) => x));
  const b = ranks(pairs.map(([, y]) => y));
  const middle = (pairs.length - 1) / 2;
  let [both, one, other] = [0, 0, 0];
  for (let at = 0; at < pairs.length; at++) {
    both += (a[at]! - middle) * (b[at]! - middle);
    one += (a[at]! - middle) ** 2;
    other += (b[at]! - middle) ** 2;
  }
  return one > 0 && other > 0 ? both / Math.sqrt(one * other) : null;
}

/** Ranks from 0; what is equal shares the mean of its ranks. */
function ranks(values: readonly number[]): number[] {
  const order = values.map((_, at) => at).sort((a, b) => values[a]! - values[b]!);
  const out = new Array<number>(values.length);
  for (let from = 0; from < order.length; ) {
    let to = from;
    while (to < order.length && values[order[to]!] === values[order[from]!]) to++;
    for (let at = from; at < to; at++) out[order[at]!] = (from + to - 1) / 2;
    from = to;
  }
  return out;
}
