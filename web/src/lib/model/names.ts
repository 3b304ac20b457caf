// Names in little room: the ends tell more than the middle.

/** The two parts of a name that an ellipsis may fall between: the last one always stays whole. */
export function ends(name: string, kept = 12): [string, string] {
  const letters = [...new Intl.Segmenter().segment(name)].map((one) => one.segment);
  if (letters.length <= kept * 2) return [name, ""];
  // Derived names are "lr=0.1_seed=3": as many whole parts as there is room for.
  const starts = letters.flatMap((letter, at) => (letter === "_" && letters.length - at - 1 <= kept + 4 ? [at + 1] : []));
  const start = starts.find((at) => at < letters.length - 2) ?? letters.length - kept;
  return [letters.slice(0, start).join(""), letters.slice(start).join("")];
}

/** Of derived names ("lr=0.1_seed=3"), what doesn't stand at the beginning or the end of all of them. */
export function distinct(names: readonly string[]): string[] {
  const parts = names.map((name) => name.split(/_(?=[^=]*=)/));
  const least = Math.min(...parts.map((one) => one.length));
  if (names.length < 2 || names.some((name) => !name.includes("="))) return [...names];
  const isShared = (place: (one: string[]) => string | undefined) => new Set(parts.map(place)).size === 1;
  let front = 0;
  while (front < least && isShared((one) => one[front])) front++;
  let back = 0;
  while (back < least - front && isShared((one) => one[one.length - 1 - back])) back++;
  const short = parts.map((one) => one.slice(front, one.length - back).join("_"));
  return short.every((one) => one.includes("=")) ? short : [...names];
}
