// Charts that are one drawing: the same strokes on the screen, as PNG and as SVG; and the table behind.
import { toasts } from "../ui/toasts.svelte";
import { SvgSurface, type Surface } from "./surface";
import { field, piped } from "./table";

export interface Look {
  ink: string;
  soft: string;
  faint: string;
  line: string;
  ground: string;
  accent: string;
}

export interface Size {
  width: number;
  height: number;
}

export type Drawing = (surface: Surface, size: Size, look: Look) => void;

/** What a chart shows, as text; numbers with all of their digits. */
export interface PlainTable {
  columns: readonly { title: string; isNumber?: boolean }[];
  rows: readonly (readonly string[])[];
}

export const FONT = "11px ui-sans-serif, system-ui, sans-serif";
const HEAD = 30;

let known: { theme: string | undefined; look: Look } | null = null;

/** The colours of the page as it looks now. Asking for them takes the browser long, so once per theme. */
export function lookNow(): Look {
  const { theme } = document.documentElement.dataset;
  if (known === null || known.theme !== theme) known = { theme, look: readLook() };
  return known.look;
}

function readLook(): Look {
  const styles = getComputedStyle(document.documentElement);
  const of = (name: string) => styles.getPropertyValue(name).trim();
  return { ink: of("--ink"), soft: of("--soft"), faint: of("--faint"), line: of("--line"), ground: of("--ground"), accent: of("--accent") };
}

export interface Taken {
  title: string;
  draw: Drawing;
  size: Size;
  table: PlainTable;
}

export const FORMATS = ["PNG", "SVG", "CSV", "Markdown"] as const;
export type TakenFormat = (typeof FORMATS)[number];

function svgText({ title, draw, size }: Taken): string {
  const surface = new SvgSurface();
  const look = lookNow();
  paintTitle(surface, title, look);
  const shifted = new Shifted(surface, HEAD);
  draw(shifted, size, look);
  return surface.text(size.width, size.height + HEAD, look.ground);
}

async function pngBlob({ title, draw, size }: Taken): Promise<Blob> {
  const look = lookNow();
  const canvas = new OffscreenCanvas(size.width * 2, (size.height + HEAD) * 2);
  const context = canvas.getContext("2d");
  if (!context) throw new Error("this browser gives no canvas to draw on");
  context.scale(2, 2);
  context.fillStyle = look.ground;
  context.fillRect(0, 0, size.width, size.height + HEAD);
  paintTitle(context as unknown as Surface, title, look);
  context.translate(0, HEAD);
  draw(context as unknown as Surface, size, look);
  return canvas.convertToBlob({ type: "image/png" });
}

function paintTitle(surface: Surface, title: string, look: Look): void {
  surface.font = FONT.replace("11px", "600 13px");
  surface.fillStyle = look.ink;
  surface.textAlign = "left";
  surface.fillText(title, 8, 20);
}

export function csvOfTable(table: PlainTable): string {
  return `${[table.columns.map(({ title }) => title), ...table.rows].map((row) => row.map((text, at) => (table.columns[at]?.isNumber ? text : field(text))).join(",")).join("\n")}\n`;
}

export function markdownOfTable(table: PlainTable): string {
  const line = (cells: readonly string[]) => `| ${cells.map(piped).join(" | ")} |`;
  const rule = table.columns.map(({ isNumber }) => (isNumber ? "---:" : "---"));
  return [line(table.columns.map(({ title }) => title)), line(rule), ...table.rows.map(line)].join("\n");
}

export async function copyDrawing(format: TakenFormat, taken: Taken): Promise<void> {
  try {
    if (format === "PNG") await navigator.clipboard.write([new ClipboardItem({ "image/png": pngBlob(taken) })]);
    else await navigator.clipboard.writeText(format === "SVG" ? svgText(taken) : format === "CSV" ? csvOfTable(taken.table) : markdownOfTable(taken.table));
    toasts.say(`Copied ${taken.title} as ${format}`);
  } catch (error) {
    toasts.say(`The clipboard is closed to this page: ${error instanceof Error ? error.message : String(error)}. Save it as a file instead.`, { isError: true });
  }
}

export async function saveDrawing(format: "PNG" | "SVG" | "CSV", taken: Taken): Promise<void> {
  const blob =
    format === "PNG" ? await pngBlob(taken) : format === "SVG" ? new Blob([svgText(taken)], { type: "image/svg+xml" }) : new Blob([csvOfTable(taken.table)], { type: "text/csv" });
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = `${taken.title.replace(/[^\w.-]+/g, "_") || "chart"}.${format.toLowerCase()}`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** A surface that stands lower on another one. */
class Shifted implements Surface {
  readonly #on: Surface;
  readonly #by: number;
  constructor(on: Surface, by: number) {
    this.#on = on;
    this.#by = by;
  }
  get strokeStyle() { return this.#on.strokeStyle; }
  set strokeStyle(value) { this.#on.strokeStyle = value; }
  get fillStyle() { return this.#on.fillStyle; }
  set fillStyle(value) { this.#on.fillStyle = value; }
  get lineWidth() { return this.#on.lineWidth; }
  set lineWidth(value) { this.#on.lineWidth = value; }
  get lineJoin() { return this.#on.lineJoin; }
  set lineJoin(value) { this.#on.lineJoin = value; }
  get lineCap() { return this.#on.lineCap; }
  set lineCap(value) { this.#on.lineCap = value; }
  get globalAlpha() { return this.#on.globalAlpha; }
  set globalAlpha(value) { this.#on.globalAlpha = value; }
  get font() { return this.#on.font; }
  set font(value) { this.#on.font = value; }
  get textAlign() { return this.#on.textAlign; }
  set textAlign(value) { this.#on.textAlign = value; }
  beginPath() { this.#on.beginPath(); }
  moveTo(x: number, y: number) { this.#on.moveTo(x, y + this.#by); }
  lineTo(x: number, y: number) { this.#on.lineTo(x, y + this.#by); }
  closePath() { this.#on.closePath(); }
  stroke() { this.#on.stroke(); }
  fill() { this.#on.fill(); }
  setLineDash(pattern: number[]) { this.#on.setLineDash(pattern); }
  fillText(text: string, x: number, y: number) { this.#on.fillText(text, x, y + this.#by); }
} // prettier-ignore

export function paintLine(surface: Surface, x0: number, y0: number, x1: number, y1: number): void {
  surface.beginPath();
  surface.moveTo(x0, y0);
  surface.lineTo(x1, y1);
  surface.stroke();
}

export function paintRect(surface: Surface, x: number, y: number, width: number, height: number): void {
  surface.beginPath();
  surface.moveTo(x, y);
  surface.lineTo(x + width, y);
  surface.lineTo(x + width, y + height);
  surface.lineTo(x, y + height);
  surface.closePath();
  surface.fill();
}

const CORNERS = Array.from({ length: 10 }, (_, at) => [Math.cos((at * Math.PI) / 5), Math.sin((at * Math.PI) / 5)] as const);

/** Add a dot to the path; a surface knows no circles, and ten corners look like one. */
export function addDot(surface: Surface, x: number, y: number, radius: number): void {
  CORNERS.forEach(([cosine, sine], at) => (at === 0 ? surface.moveTo(x + radius * cosine, y + radius * sine) : surface.lineTo(x + radius * cosine, y + radius * sine)));
  surface.closePath();
}

/** A text cut in its middle so that it fits, roughly: widths are those of a common font. */
export function fitted(text: string, width: number, perLetter = 6): string {
  const most = Math.max(3, Math.floor(width / perLetter));
  return text.length <= most ? text : `${text.slice(0, Math.ceil(most / 2) - 1)}…${text.slice(text.length - Math.floor(most / 2))}`;
}
