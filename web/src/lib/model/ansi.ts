// The colours of a terminal: text with SGR sequences as pieces that one can show.

export interface AnsiStyle {
  /** A place 0–15 in the palette, or "#rrggbb". */
  colour: number | string | null;
  ground: number | string | null;
  isBold: boolean;
  isDim: boolean;
  isItalic: boolean;
  isUnderlined: boolean;
  isStruck: boolean;
  isInverse: boolean;
}

export interface AnsiPiece {
  text: string;
  style: AnsiStyle;
}

const PLAIN: AnsiStyle = {
  colour: null, ground: null, isBold: false, isDim: false, isItalic: false, isUnderlined: false, isStruck: false, isInverse: false,
}; // prettier-ignore
const SEQUENCE = /\u001b\[([0-9;:]*)m/g;
const OTHER = /\u001b(?:\[[0-?]*[ -/]*[@-~]?|.)?/g;

/** The pieces of a line; whatever else a terminal would act on is left out. */
export function piecesOf(line: string): AnsiPiece[] {
  if (!line.includes("\u001b")) return line ? [{ text: line, style: PLAIN }] : [];
  const pieces: AnsiPiece[] = [];
  let style = PLAIN;
  let at = 0;
  const add = (text: string) => {
    const clean = text.replace(OTHER, "");
    if (clean) pieces.push({ text: clean, style });
  };
  for (const found of line.matchAll(SEQUENCE)) {
    add(line.slice(at, found.index));
    at = found.index + found[0].length;
    style = changed(style, found[1] ?? "");
  }
  add(line.slice(at));
  return pieces;
}

/** The line without colours, for copying and counting. */
export function plainOf(line: string): string {
  return line.replace(SEQUENCE, "").replace(OTHER, "");
}

export interface MarkedPiece extends AnsiPiece {
  isMarked: boolean;
}

/** The pieces, cut where what is searched for begins and ends, whatever its case. */
export function markedPieces(pieces: readonly AnsiPiece[], search: string): MarkedPiece[] {
  const wanted = search.toLowerCase();
  const text = pieces.map((one) => one.text).join("").toLowerCase();
  const marked: MarkedPiece[] = [];
  let found = wanted ? text.indexOf(wanted) : -1;
  let start = 0;
  for (const { text: part, style } of pieces) {
    const end = start + part.length;
    let at = start;
    while (at < end) {
      if (found >= 0 && found + wanted.length <= at) {
        found = text.indexOf(wanted, found + wanted.length);
        continue;
      }
      const isMarked = found >= 0 && found <= at;
      const next = Math.min(end, found < 0 ? end : isMarked ? found + wanted.length : found);
      marked.push({ text: part.slice(at - start, next - start), style, isMarked });
      at = next;
    }
    start = end;
  }
  return marked;
}

export function isPlain(style: AnsiStyle): boolean {
  return style === PLAIN;
}

function changed(style: AnsiStyle, codes: string): AnsiStyle {
  // "38:2::r:g:b" is one parameter with parts, "38;2;r;g;b" five of them.
  const parts = codes.split(";").map((part) => part.split(":"));
  let now = style;
  for (let at = 0; at < parts.length; at++) {
    const [code = "", ...inner] = parts[at] ?? [];
    const number = code === "" ? 0 : Number(code);
    if (number === 38 || number === 48) {
      const isColon = inner.length > 0;
      const rest = isColon ? inner.map(Number) : parts.slice(at + 1, at + 5).map((part) => Number(part[0] || 0));
      const [colour, used] = extended(rest, isColon);
      if (!isColon) at += used;
      if (colour !== null) now = { ...now, [number === 38 ? "colour" : "ground"]: colour };
    } else {
      now = number === 0 ? PLAIN : { ...now, ...simple(number, inner[0]) };
    }
  }
  return now;
}

function simple(code: number, part: string | undefined): Partial<AnsiStyle> {
  if (code >= 30 && code <= 37) return { colour: code - 30 };
  if (code >= 90 && code <= 97) return { colour: code - 82 };
  if (code >= 40 && code <= 47) return { ground: code - 40 };
  if (code >= 100 && code <= 107) return { ground: code - 92 };
  switch (code) {
    case 1:
      return { isBold: true };
    case 2:
      return { isDim: true };
    case 3:
      return { isItalic: true };
    case 4:
      return { isUnderlined: part !== "0" };
    case 7:
      return { isInverse: true };
    case 9:
      return { isStruck: true };
    case 22:
      return { isBold: false, isDim: false };
    case 23:
      return { isItalic: false };
    case 24:
      return { isUnderlined: false };
    case 27:
      return { isInverse: false };
    case 29:
      return { isStruck: false };
    case 39:
      return { colour: null };
    case 49:
      return { ground: null };
    default:
      return {};
  }
}

/** A colour of 256 or of all, and how many parameters it took. */
function extended(rest: number[], isColon: boolean): [number | string | null, number] {
  if (rest[0] === 5) return [indexed(rest[1] ?? 0), 2];
  if (rest[0] !== 2) return [null, 1];
  // With colons a place for the colour space may stand before the parts.
  const [red = 0, green = 0, blue = 0] = rest.slice(isColon && rest.length > 4 ? 2 : 1);
  return [hex(red, green, blue), 4];
}

function indexed(place: number): number | string | null {
  if (!Number.isInteger(place) || place < 0 || place > 255) return null;
  if (place < 16) return place;
  if (place >= 232) {
    const grey = 8 + (place - 232) * 10;
    return hex(grey, grey, grey);
  }
  const level = (part: number) => (part === 0 ? 0 : 55 + part * 40);
  const cube = place - 16;
  return hex(level(Math.floor(cube / 36)), level(Math.floor(cube / 6) % 6), level(cube % 6));
}

function hex(...parts: number[]): string {
  return "#" + parts.map((part) => Math.max(0, Math.min(255, Math.round(part) || 0)).toString(16).padStart(2, "0")).join("");
}
