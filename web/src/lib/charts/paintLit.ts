// What is lit up over a chart: a run or a group over a veil, and the point that is pointed at.
import { lookNow } from "./drawing";
import type { Near } from "./nearest";
import { paintGroupHighlight, paintHighlight } from "./paint";
import type { Box, Projection } from "./projection";
import type { Scene, SceneGroup, SceneLine } from "./scene";

export interface Lit {
  group: SceneGroup | null;
  lines: readonly SceneLine[];
  pointed: Near | null;
}

const VEIL = 0.72;
const RADIUS = 3.5;

export function paintLit(context: CanvasRenderingContext2D, scene: Scene, { group, lines, pointed }: Lit, project: Projection, box: Box): void {
  if (group || lines.length > 0) {
    // Over the others; axes stay as they are.
    context.globalAlpha = VEIL;
    context.fillStyle = lookNow().ground;
    context.fillRect(0, 0, box.width, box.height);
  }
  if (group) paintGroupHighlight(context, scene, group, project);
  for (const one of lines) paintHighlight(context, scene, one, project);
  if (!pointed) return;
  const { one, row } = pointed;
  const y = pointed.kind === "line" ? (pointed.one.smooth ?? pointed.one.line.y)[row]! : pointed.one.mean[row]!;
  context.globalAlpha = 1;
  context.fillStyle = pointed.kind === "line" ? pointed.one.series.colour : pointed.one.group.colour;
  context.beginPath();
  context.arc(project.x(one.line.x[row]!), project.y(y), RADIUS, 0, 7);
  context.fill();
}
