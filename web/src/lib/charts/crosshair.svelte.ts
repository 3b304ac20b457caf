// One crosshair for all charts that share a key: the same x is marked in each.
class Crosshair {
  /** In the units of x; null while nothing is pointed at. */
  x: number | null = $state.raw(null);
  /** The chart that is pointed at. */
  owner: object | null = $state.raw(null);

  move(owner: object, x: number | null): void {
    if (x === null && this.owner !== owner) return; // another one has it already
    this.owner = x === null ? null : owner;
    this.x = x;
  }
}

const shared = new Map<string, Crosshair>();

export function crosshairOf(key: string): Crosshair {
  let found = shared.get(key);
  if (!found) shared.set(key, (found = new Crosshair()));
  return found;
}
