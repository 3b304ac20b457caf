// Filters made of what was clicked.

/** A text as filters have it. */
export const quoted = (text: string) => `"${text.replace(/"/g, '""')}"`;

/** Take apart what a filter asks for and the order and limit that it ends in. */
export function parted(filter: string): { asked: string; ending: string } {
  // Quoted texts may hold anything, so they are blanked before looking for words.
  const blank = filter.replace(/"(?:[^"]|"")*"|'(?:[^']|'')*'|`(?:[^`]|``)*`/g, (text) => " ".repeat(text.length));
  const at = blank.search(/\b(?:order\s+by|limit\s+\d)/i);
  return at < 0 ? { asked: filter.trim(), ending: "" } : { asked: filter.slice(0, at).trim(), ending: filter.slice(at).trim() };
}

/** The filter, and besides that each of `parts`. */
export function narrowed(filter: string, parts: readonly string[]): string {
  const { asked, ending } = parted(filter);
  const first = asked && parts.length && /\bor\b|\|\|/i.test(asked) ? `(${asked})` : asked;
  return [[first, ...parts].filter(Boolean).join(" and "), ending].filter(Boolean).join(" ");
}
