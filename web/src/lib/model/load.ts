// What the series of a machine's load are called, and what they are counted in.

const UNITS: [RegExp, string][] = [
  [/_percent\b/, "%"],
  [/_bytes_per_second\b/, "B/s"],
  [/_bytes\b/, "B"],
  [/_celsius\b/, "°C"],
  [/_watts\b/, "W"],
  [/_seconds\b/, "s"],
];

export function loadUnit(name: string): string | null {
  return UNITS.find(([pattern]) => pattern.test(name))?.[1] ?? null;
}

/** "system/gpu0/memory_used_bytes[rank=1]" → "gpu0 memory used [rank=1]". */
export function loadWords(label: string): string {
  let words = label.replace(/^system\//, "");
  for (const [pattern] of UNITS) words = words.replace(pattern, "");
  return words.replaceAll("/", " ").replaceAll("_", " ").replace(/ *\[/, " [").trim() || label;
}
