// A run's colour comes from its id, so it is the same after a reload, a filter, on another machine.
// One palette for both themes: every colour has at least 3:1 contrast on white and on the dark ground, and any two of the
// first eight stay apart for eyes without red or green receptors (colours.test.ts holds both).

/** Eight hues, ordered so that the first few are furthest apart. */
export const HUES = ["#6078fc", "#a84800", "#0c7860", "#cc3c90", "#009ccc", "#8448c0", "#909000", "#c08484"] as const;
/** The same hues, lighter and darker, where more runs than hues are shown. */
export const PALETTE: readonly string[] = [
  ...HUES,
  "#c06cf0", "#fc6000", "#006cb4", "#00a878", "#009000", "#fc5484", "#786c18", "#9c6ca8",
  "#d8303c", "#9c486c", "#cc8418", "#e460c0", "#4854d8", "#009090", "#b46c48", "#b448c0",
];

/** Patterns that tell apart what shares a colour. */
export const DASHES: readonly (readonly number[])[] = [[], [6, 3], [2, 2], [8, 3, 2, 3], [12, 4], [2, 4], [8, 2, 2, 2, 2, 2]];

export const dashOf = (place: number): readonly number[] => DASHES[place % DASHES.length] ?? [];

/** FNV-1a with a last mixing, so that ids that differ in one digit fall apart. */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let place = 0; place < text.length; place++) hash = Math.imul(hash ^ text.charCodeAt(place), 0x01000193);
  hash ^= hash >>> 16;
  hash = Math.imul(hash, 0x7feb352d);
  hash ^= hash >>> 15;
  return hash >>> 0;
}

/** The colour of a run: what somebody chose for it, or one that its id gives. */
export function colourOf(run: string, override: string | null = null): string {
  return override ?? PALETTE[hashOf(run) % PALETTE.length] ?? HUES[0];
}

/** The colour of a group alone. */
export function groupColour(label: string): string {
  return HUES[hashOf(label) % HUES.length] ?? HUES[0];
}

/** Colours for groups shown together: each its own, and the next free one where two labels meet. */
export function groupColours(labels: readonly string[]): Map<string, string> {
  const colours = new Map<string, string>();
  const taken = new Set<string>();
  for (const label of [...labels].sort()) {
    const palette = labels.length > HUES.length ? PALETTE : HUES;
    const start = hashOf(label) % palette.length;
    let colour = palette[start] ?? HUES[0];
    for (let step = 0; step < palette.length && taken.has(colour); step++) colour = palette[(start + step) % palette.length] ?? colour;
    taken.add(colour);
    if (taken.size >= palette.length) taken.clear();
    colours.set(label, colour);
  }
  return colours;
}

/** A dash for each of what is shown together, plain for the first of a colour. */
export function dashesOf(colours: readonly string[]): (readonly number[])[] {
  const seen = new Map<string, number>();
  return colours.map((colour) => {
    const place = seen.get(colour) ?? 0;
    seen.set(colour, place + 1);
    return dashOf(place);
  });
}

/** Relative luminance as WCAG has it. */
export function luminanceOf(colour: string): number {
  const [red, green, blue] = linearOf(colour);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

export function contrastOf(one: string, other: string): number {
  const [low, high] = [luminanceOf(one), luminanceOf(other)].sort((a, b) => a - b) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

const READABLE = 4.5; // WCAG AA, for text

/** The colour, as far towards `ink` as it takes to be read on `ground`. */
export function readableOn(colour: string, ground: string, ink: string): string {
  const [back, front] = [longHex(ground), longHex(ink)];
  for (let share = 0; share < 1; share += 0.1) {
    const mixed = mixOf(longHex(colour), front, share);
    if (contrastOf(mixed, back) >= READABLE) return mixed;
  }
  return front;
}

function longHex(colour: string): string {
  return colour.length === 4 ? `#${[...colour.slice(1)].map((digit) => digit + digit).join("")}` : colour;
}

function mixOf(one: string, other: string, share: number): string {
  const part = (from: number) => {
    const [first, second] = [one, other].map((colour) => parseInt(colour.slice(from, from + 2), 16)) as [number, number];
    return Math.round(first + (second - first) * share).toString(16).padStart(2, "0");
  };
  return `#${part(1)}${part(3)}${part(5)}`;
}

export function linearOf(colour: string): [number, number, number] {
  const part = (from: number) => {
    const share = parseInt(colour.slice(from, from + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  };
  return [part(1), part(3), part(5)];
}
