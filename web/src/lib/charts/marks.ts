// Marks on curves: what a line alone doesn't tell.
import { nearestPlace } from "../model/buckets";
import type { Projection } from "./projection";
import type { Scene, SceneLine } from "./scene";
import type { Surface } from "./surface";

const JOINT = 8;
const CROSS = 8; // pixels that a cross takes: of many in a row one stands for all, or they would look like a curve

/** Joints of attempts, NaN and infinity where they happened, and the head of a run that goes on. */
export function paintMarks(surface: Surface, scene: Scene, { curve, line, smooth, series }: SceneLine, project: Projection, colour: string): void {
  const { box } = project;
  const y = smooth ?? line.y;
  const isSeen = (x: number) => x >= scene.x.from && x <= scene.x.to;
  surface.strokeStyle = colour;
  surface.globalAlpha = 1;
  surface.setLineDash([]);
  surface.lineWidth = 1.4;
  surface.beginPath();
  for (const seam of curve.seams) {
    const at = isSeen(seam) ? finiteNear(line.x, y, seam) : -1;
    if (at < 0) continue;
    const [left, top] = [project.x(seam), project.y(y[at]!)];
    // Feet, so that it isn't taken for a part of a restless curve.
    for (const foot of [top - JOINT, top + JOINT]) {
      surface.moveTo(left - 3, foot);
      surface.lineTo(left + 3, foot);
    }
    surface.moveTo(left, top - JOINT);
    surface.lineTo(left, top + JOINT);
  }
  let before = -Infinity;
  for (const x of curve.nan) {
    if (!isSeen(x)) continue;
    const near = project.x(x) - before < CROSS;
    before = project.x(x);
    if (near) {
      // The others are ticks at the edge.
      surface.moveTo(before, box.top + box.height - 4);
      surface.lineTo(before, box.top + box.height);
      continue;
    }
    const at = finiteNear(line.x, y, x);
    const [left, top] = [project.x(x), at < 0 ? box.top + box.height - 5 : project.y(y[at]!)];
    surface.moveTo(left - 3, top - 3);
    surface.lineTo(left + 3, top + 3);
    surface.moveTo(left - 3, top + 3);
    surface.lineTo(left + 3, top - 3);
  }
  surface.stroke();
  surface.fillStyle = colour;
  surface.beginPath();
  for (const x of curve.positiveInfinity) if (isSeen(x)) triangle(surface, project.x(x), box.top + 1, 5);
  for (const x of curve.negativeInfinity) if (isSeen(x)) triangle(surface, project.x(x), box.top + box.height - 1, -5);
  surface.fill();
  if (series.status !== "running" && line.x.length === 1) paintHead(surface, line.x, y, "live", isSeen, project); // no course: a dot
  if (series.status === "running") paintHead(surface, line.x, y, series.silentSeconds ? "silent" : "live", isSeen, project);
}

function paintHead(surface: Surface, x: Float64Array, y: Float64Array, kind: "live" | "silent", isSeen: (x: number) => boolean, project: Projection): void {
  const last = x.length - 1;
  if (last < 0 || !isSeen(x[last]!) || !Number.isFinite(y[last]!)) return;
  const [left, top] = [project.x(x[last]!), project.y(y[last]!)];
  surface.beginPath();
  for (let step = 0; step <= 12; step++) {
    const angle = (step / 12) * 2 * Math.PI;
    const [px, py] = [left + 2.8 * Math.cos(angle), top + 2.8 * Math.sin(angle)];
    if (step === 0) surface.moveTo(px, py);
    else surface.lineTo(px, py);
  }
  surface.closePath();
  if (kind === "live") surface.fill();
  else surface.stroke();
}

function triangle(surface: Surface, x: number, tip: number, height: number): void {
  surface.moveTo(x, tip);
  surface.lineTo(x - 3.5, tip + height);
  surface.lineTo(x + 3.5, tip + height);
  surface.closePath();
}

/** The place of a finite value by `x`: there, before it, or behind it. */
function finiteNear(x: Float64Array, y: Float64Array, at: number): number {
  const near = nearestPlace(x, at);
  for (let row = near; row >= 0; row--) if (Number.isFinite(y[row]!)) return row;
  for (let row = near + 1; row > 0 && row < x.length; row++) if (Number.isFinite(y[row]!)) return row;
  return -1;
}
