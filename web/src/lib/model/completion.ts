// What happens to a text when one of its completions is taken.

/** Put `replacement` in the place of a span, with a space behind it unless one is there. */
export function completed(text: string, span: [number, number], replacement: string): { text: string; caret: number } {
  const before = text.slice(0, span[0]) + replacement;
  const after = text.slice(span[1]);
  const gap = after.startsWith(" ") || /[.(]$/.test(replacement) ? "" : " ";
  return { text: before + gap + after, caret: before.length + 1 - (gap === "" && !after.startsWith(" ") ? 1 : 0) };
}

/** A text in three parts: before a faulty span, the span (at least one place wide), and behind it. */
export function around(text: string, span: [number, number]): [string, string, string] {
  const start = Math.min(span[0], text.length);
  const end = Math.max(start + 1, span[1]);
  return [text.slice(0, start), text.slice(start, end) || " ", text.slice(end)];
}
