// What colour each run is drawn in: its own, or that of its value in a field.
import type { RunLine } from "../api/contract";
import { colourOf, HUES, PALETTE } from "../model/colours";
import type { Field } from "../model/parallel";
import { colourAt, scaleOf, type Scale } from "../model/scales";

const MISSING = "#8c93a0"; // readable on both grounds

export interface Paints {
  colours: string[];
  /** null where colours are those of the runs. */
  scale: Scale | null;
  /** Of texts: the colour of each. */
  ofText: ReadonlyMap<string, string>;
}

const SHADES = 32; // so that lines of one shade are drawn together

export function paintsOf(lines: readonly RunLine[], field: Field | null, isLog: boolean, theme: "light" | "dark"): Paints {
  if (field === null) return { colours: lines.map((line) => colourOf(line.id, line.colour)), scale: null, ofText: new Map() };
  const scale = scaleOf(field.kind, field.values, isLog);
  if (field.kind === "text") {
    const palette = scale.categories.length <= HUES.length ? HUES : PALETTE;
    const ofText = new Map(scale.categories.map((text, at): [string, string] => [text, palette[at % palette.length]!]));
    return { colours: field.values.map((value) => (value === null ? MISSING : (ofText.get(String(value)) ?? MISSING))), scale, ofText };
  }
  const shades = Array.from({ length: SHADES }, (_, at) => colourAt(at / (SHADES - 1), theme));
  const colours = field.values.map((value) => {
    const place = scale.place(value);
    return Number.isNaN(place) ? MISSING : shades[Math.round(Math.max(0, Math.min(1, place)) * (SHADES - 1))]!;
  });
  return { colours, scale, ofText: new Map() };
}
