// What curves are drawn on: a canvas, or a text of SVG. Only what both can do.
export interface Surface {
  strokeStyle: string | CanvasGradient | CanvasPattern;
  fillStyle: string | CanvasGradient | CanvasPattern;
  lineWidth: number;
  lineJoin: CanvasLineJoin;
  lineCap: CanvasLineCap;
  globalAlpha: number;
  font: string;
  textAlign: CanvasTextAlign;
  beginPath(): void;
  moveTo(x: number, y: number): void;
  lineTo(x: number, y: number): void;
  closePath(): void;
  stroke(): void;
  fill(): void;
  setLineDash(pattern: number[]): void;
  fillText(text: string, x: number, y: number): void;
}

const rounded = (value: number) => String(Math.round(value * 100) / 100);
const quoted = (text: string) => text.replace(/[&<>"]/g, (one) => `&#${one.charCodeAt(0)};`);

/** Draws into a text of SVG. */
export class SvgSurface implements Surface {
  strokeStyle: string = "#000";
  fillStyle: string = "#000";
  lineWidth = 1;
  lineJoin: CanvasLineJoin = "round";
  lineCap: CanvasLineCap = "butt";
  globalAlpha = 1;
  font = "";
  textAlign: CanvasTextAlign = "left";
  #parts: string[] = [];
  #path: string[] = [];
  #dash = "";
  #clips = 0;

  beginPath(): void {
    this.#path = [];
  }
  moveTo(x: number, y: number): void {
    this.#path.push(`M${rounded(x)} ${rounded(y)}`);
  }
  lineTo(x: number, y: number): void {
    this.#path.push(`L${rounded(x)} ${rounded(y)}`);
  }
  closePath(): void {
    this.#path.push("Z");
  }
  setLineDash(pattern: number[]): void {
    this.#dash = pattern.length ? ` stroke-dasharray="${pattern.join(" ")}"` : "";
  }
  stroke(): void {
    const ends = ` stroke-linejoin="${this.lineJoin}" stroke-linecap="${this.lineCap}"`;
    this.#add(`<path d="${this.#path.join("")}" fill="none" stroke="${this.strokeStyle}" stroke-width="${this.lineWidth}"${ends}${this.#dash}${this.#opacity()}/>`);
  }
  fill(): void {
    this.#add(`<path d="${this.#path.join("")}" fill="${this.fillStyle}"${this.#opacity()}/>`);
  }
  fillText(text: string, x: number, y: number): void {
    const anchor = this.textAlign === "right" || this.textAlign === "end" ? "end" : this.textAlign === "center" ? "middle" : "start";
    const weight = /\b(\d{3}|bold)\b/.exec(this.font)?.[0] ?? "400";
    const size = /([\d.]+)px/.exec(this.font)?.[1] ?? "11";
    this.#add(
      `<text x="${rounded(x)}" y="${rounded(y)}" text-anchor="${anchor}" font-size="${size}" font-weight="${weight}" fill="${this.fillStyle}"${this.#opacity()}>${quoted(text)}</text>`,
    );
  }
  /** What is drawn by `draw` shows only inside of the box. */
  clipped(left: number, top: number, width: number, height: number, draw: () => void): void {
    const id = `clip${this.#clips++}`;
    this.#add(`<clipPath id="${id}"><rect x="${left}" y="${top}" width="${width}" height="${height}"/></clipPath><g clip-path="url(#${id})">`);
    draw();
    this.#add("</g>");
  }
  text(width: number, height: number, ground: string): string {
    return (
      `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="ui-sans-serif, system-ui, sans-serif">` +
      `<rect width="${width}" height="${height}" fill="${ground}"/>${this.#parts.join("")}</svg>`
    );
  }
  #add(part: string): void {
    this.#parts.push(part);
  }
  #opacity(): string {
    return this.globalAlpha < 1 ? ` opacity="${rounded(this.globalAlpha)}"` : "";
  }
}
