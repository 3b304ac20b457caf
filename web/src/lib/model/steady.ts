// What reads the same stays the same object: nothing is drawn anew for it.

/** Of two values that read the same, the one that was there before. */
export function steady<T>(before: T | null | undefined, now: T): T {
  return before !== null && before !== undefined && said(before) === said(now) ? before : now;
}

const said = (value: unknown) => JSON.stringify(value instanceof Map ? [...value] : value);

/** The same for the members of an object, each by itself. */
export function steadyMembers<T extends object>(before: T | null | undefined, now: T): T {
  if (!before) return now;
  const made = { ...now };
  for (const key of Object.keys(made) as (keyof T)[]) made[key] = steady(before[key], made[key]);
  return made;
}
