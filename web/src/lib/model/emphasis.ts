// Which words of a sentence count most, without knowing its grammar.

export interface Part {
  text: string;
  isStrong: boolean;
}

const VALUE = /[-−+]?\d[\d.,]*(?:e[-−+]?\d+)? ± \d[\d.,]*(?:e[-−+]?\d+)?/;

/** Cut a sentence at the first of each of `words`, and at its first "0.97 ± 0.01". */
export function emphasised(sentence: string, words: readonly string[]): Part[] {
  const spans = words.filter(Boolean).flatMap((word) => spanAt(sentence.indexOf(word), word.length));
  const value = VALUE.exec(sentence);
  if (value) spans.push(...spanAt(value.index, value[0].replace(/[.,]$/, "").length));
  spans.sort((a, b) => a[0] - b[0]);
  const parts: Part[] = [];
  let at = 0;
  for (const [from, to] of spans) {
    if (from < at) continue; // within another
    if (from > at) parts.push({ text: sentence.slice(at, from), isStrong: false });
    parts.push({ text: sentence.slice(from, to), isStrong: true });
    at = to;
  }
  if (at < sentence.length) parts.push({ text: sentence.slice(at), isStrong: false });
  return parts;
}

const spanAt = (place: number, length: number): [number, number][] => (place < 0 ? [] : [[place, place + length]]);
