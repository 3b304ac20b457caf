// A chart as a picture: the same strokes as on the screen, with axes, title and legend.
import type { AxisKind } from "../model/ticks";
import { ticksOf } from "../model/ticks";
import { lookNow, type Look } from "./drawing";
import { paintScene } from "./paint";
import { projectionOf, type Box } from "./projection";
import type { Scene } from "./scene";
import { SvgSurface, type Surface } from "./surface";

export interface PictureWords {
  title: string;
  note: string;
}

const FONT = "ui-sans-serif, system-ui, sans-serif";
const LEGEND_ROW = 16;
const MOST_NAMED = 24;
const ROWS_OF = 3;

const namesOf = (scene: Scene) =>
  scene.groups
    ? scene.groups.map(({ group, line }) => ({ name: `${group.label} (n ${line.size})`, colour: group.colour, dash: [] as readonly number[] }))
    : scene.lines.map(({ series }) => ({ name: series.name, colour: series.colour, dash: series.dash ?? [] }));

function layout(scene: Scene, width: number, height: number): { box: Box; total: number } {
  const named = Math.min(namesOf(scene).length, MOST_NAMED);
  const legend = Math.ceil(named / ROWS_OF) * LEGEND_ROW + (named ? 12 : 0);
  return { box: { left: 52, top: 34, width: width - 68, height: height - 60 }, total: height + legend };
}

function paintFrame(surface: Surface, scene: Scene, kind: AxisKind, words: PictureWords, box: Box, colours: Look): void {
  const project = projectionOf(scene, box);
  surface.textAlign = "left";
  surface.fillStyle = colours.ink;
  surface.font = `600 13px ${FONT}`;
  surface.fillText(words.title, 12, 20);
  surface.textAlign = "right";
  surface.fillStyle = colours.faint;
  surface.font = `11px ${FONT}`;
  surface.fillText(words.note, box.left + box.width, 20);
  surface.strokeStyle = colours.line;
  surface.lineWidth = 1;
  for (const tick of ticksOf("number", scene.isLogY, scene.y.from, scene.y.to, Math.max(2, Math.floor(box.height / 42)))) {
    const y = Math.round(project.y(tick.at)) + 0.5;
    surface.beginPath();
    surface.moveTo(box.left, y);
    surface.lineTo(box.left + box.width, y);
    surface.stroke();
    surface.fillText(tick.text, box.left - 6, y + 3.5);
  }
  surface.textAlign = "center";
  for (const tick of ticksOf(kind, scene.isLogX, scene.x.from, scene.x.to, Math.max(2, Math.floor(box.width / 90)))) {
    surface.fillText(tick.text, project.x(tick.at), box.top + box.height + 16);
  }
  const names = namesOf(scene);
  const column = box.width / ROWS_OF;
  surface.textAlign = "left";
  names.slice(0, MOST_NAMED).forEach(({ name, colour, dash }, at) => {
    const [left, top] = [box.left + (at % ROWS_OF) * column, box.top + box.height + 36 + Math.floor(at / ROWS_OF) * LEGEND_ROW];
    surface.strokeStyle = colour;
    surface.lineWidth = 2;
    surface.setLineDash([...dash]);
    surface.beginPath();
    surface.moveTo(left, top - 4);
    surface.lineTo(left + 15, top - 4);
    surface.stroke();
    surface.setLineDash([]);
    const most = Math.floor(column / 6) - 4;
    const isLast = at === MOST_NAMED - 1 && names.length > MOST_NAMED;
    surface.fillText(isLast ? `and ${names.length - at} more` : name.length > most ? `${name.slice(0, most / 2)}…${name.slice(-most / 2)}` : name, left + 20, top);
  });
}

export function svgOf(scene: Scene, kind: AxisKind, words: PictureWords, width: number, height: number): string {
  const surface = new SvgSurface();
  const colours = lookNow();
  const { box, total } = layout(scene, width, height);
  paintFrame(surface, scene, kind, words, box, colours);
  surface.clipped(box.left, box.top, box.width, box.height, () => paintScene(surface, scene, projectionOf(scene, box)));
  return surface.text(width, total, colours.ground);
}

export async function pngOf(scene: Scene, kind: AxisKind, words: PictureWords, width: number, height: number): Promise<Blob> {
  const scale = 2;
  const colours = lookNow();
  const { box, total } = layout(scene, width, height);
  const canvas = new OffscreenCanvas(width * scale, total * scale);
  const context = canvas.getContext("2d");
  if (!context) throw new Error("this browser gives no canvas to draw on");
  const surface = context as unknown as CanvasRenderingContext2D;
  surface.scale(scale, scale);
  surface.fillStyle = colours.ground;
  surface.fillRect(0, 0, width, total);
  paintFrame(surface, scene, kind, words, box, colours);
  surface.save();
  surface.beginPath();
  surface.rect(box.left, box.top, box.width, box.height);
  surface.clip();
  paintScene(surface, scene, projectionOf(scene, box));
  surface.restore();
  return canvas.convertToBlob({ type: "image/png" });
}
