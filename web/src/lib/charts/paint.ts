// Draw a scene. The one place where curves become strokes, on the screen and in exports alike.
import { window, type Line } from "../model/buckets";
import { dashOf } from "../model/colours";
import { paintMarks } from "./marks";
import { kept, type Projection } from "./projection";
import type { Scene, SceneGroup, SceneLine } from "./scene";
import type { Surface } from "./surface";

const FEW = 12;
const MANY = 40;

export function paintScene(surface: Surface, scene: Scene, project: Projection): void {
  surface.lineJoin = "round";
  surface.lineCap = "butt";
  if (scene.groups) {
    for (const group of scene.groups) paintBand(surface, scene, group, project);
    // The best stands first and is drawn last, over the others.
    for (const group of scene.groups.toReversed()) paintMean(surface, scene, group, project);
    if (scene.lines.length <= MANY * 2) for (const line of scene.lines) paintMarks(surface, scene, line, project, colourIn(scene, line));
  } else {
    const count = scene.lines.length;
    for (const line of scene.lines) paintEnvelope(surface, scene, line, project, count);
    for (const line of scene.lines) paintLine(surface, scene, line, project, count);
    for (const line of scene.lines) paintMarks(surface, scene, line, project, line.series.colour);
  }
  surface.globalAlpha = 1;
  surface.setLineDash([]);
}

/** Light up one run over everything else. */
export function paintHighlight(surface: Surface, scene: Scene, one: SceneLine, project: Projection): void {
  surface.lineJoin = "round";
  if (!scene.groups) paintEnvelope(surface, scene, one, project, 1);
  surface.strokeStyle = colourIn(scene, one);
  surface.lineWidth = 2.25;
  surface.globalAlpha = 1;
  stroke(surface, scene, one.line.x, one.smooth ?? one.line.y, project);
}

/** Light up one group. */
export function paintGroupHighlight(surface: Surface, scene: Scene, one: SceneGroup, project: Projection): void {
  paintBand(surface, scene, one, project);
  surface.strokeStyle = one.group.colour;
  surface.lineWidth = 2.25;
  surface.globalAlpha = 1;
  stroke(surface, scene, one.line.x, one.mean, project);
  surface.lineWidth = 1;
  surface.globalAlpha = 0.4;
  for (const member of one.members) stroke(surface, scene, member.line.x, member.smooth ?? member.line.y, project);
  surface.globalAlpha = 1;
}

/** The runs of opened groups, thin, over their band. */
export function paintMembers(surface: Surface, scene: Scene, opened: ReadonlySet<string>, project: Projection): void {
  surface.lineWidth = 1;
  surface.globalAlpha = 0.6;
  for (const one of scene.groups ?? []) {
    if (!opened.has(one.group.label)) continue;
    surface.strokeStyle = one.group.colour;
    one.members.forEach((member, at) => {
      surface.setLineDash([...dashOf(at)]);
      stroke(surface, scene, member.line.x, member.smooth ?? member.line.y, project);
    });
  }
  surface.setLineDash([]);
  surface.globalAlpha = 1;
}

const colourIn = (scene: Scene, one: SceneLine) => scene.groups?.find((group) => group.members.includes(one))?.group.colour ?? one.series.colour;

function paintLine(surface: Surface, scene: Scene, one: SceneLine, project: Projection, count: number): void {
  surface.strokeStyle = one.series.colour;
  surface.setLineDash([...(one.series.dash ?? [])]);
  if (one.smooth) {
    surface.lineWidth = 1;
    surface.globalAlpha = count > FEW ? 0.12 : 0.24;
    stroke(surface, scene, one.line.x, one.line.y, project);
  }
  surface.lineWidth = count > MANY ? 1 : 1.4;
  surface.globalAlpha = count > MANY ? 0.8 : 1;
  stroke(surface, scene, one.line.x, one.smooth ?? one.line.y, project);
}

/** One path through what is finite; a point between two gaps is a dot. */
function stroke(surface: Surface, scene: Scene, x: Float64Array, y: Float64Array, project: Projection): void {
  const [start, end] = window(x, scene.x.from, scene.x.to);
  const [left, right] = edgesOf(project);
  let isOpen = false;
  let alone = -1;
  surface.beginPath();
  for (let row = start; row < end; row++) {
    const value = y[row]!;
    if (!(value - value === 0) || (scene.isLogY && value <= 0)) {
      if (alone >= 0) dot(surface, project.x(x[alone]!), project.y(y[alone]!));
      isOpen = false;
      alone = -1;
      continue;
    }
    let px = project.x(x[row]!);
    let py = project.y(value);
    if (px < left || px > right) [px, py] = cutAt(px < left ? left : right, px, py, x, y, px < left ? row + 1 : row - 1, project);
    py = kept(py);
    if (isOpen) {
      surface.lineTo(px, py);
      alone = -1;
    } else {
      surface.moveTo(px, py);
      alone = row;
    }
    isOpen = true;
  }
  if (alone >= 0) dot(surface, project.x(x[alone]!), project.y(y[alone]!));
  surface.stroke();
}

const BEYOND = 20;
const edgesOf = ({ box }: Projection): [number, number] => [box.left - BEYOND, box.left + box.width + BEYOND];

/** A point far outside, brought to the edge on the way to its neighbour: a canvas can't count to a million pixels. */
function cutAt(edge: number, px: number, py: number, x: Float64Array, y: Float64Array, neighbour: number, project: Projection): [number, number] {
  const other = y[neighbour];
  if (other === undefined || !Number.isFinite(other)) return [edge, py];
  const [qx, qy] = [project.x(x[neighbour]!), project.y(other)];
  return qx === px ? [edge, py] : [edge, py + ((edge - px) / (qx - px)) * (qy - py)];
}

function dot(surface: Surface, x: number, y: number): void {
  surface.moveTo(x - 1.2, y);
  surface.lineTo(x + 1.2, y);
  surface.moveTo(x, y - 1.2);
  surface.lineTo(x, y + 1.2);
}

/** Least to greatest of each bucket, so no spike is sampled away; what sticks out stands as a stroke. */
function paintEnvelope(surface: Surface, scene: Scene, one: SceneLine, project: Projection, count: number): void {
  const { x, low, high } = one.line;
  const [start, end] = window(x, scene.x.from, scene.x.to);
  let total = 0;
  let most = 0;
  let rows = 0;
  for (let row = start; row < end; row++) {
    const height = high[row]! - low[row]!;
    if (!(height > 0)) continue;
    total += height;
    rows++;
    if (height > most) most = height;
  }
  if (rows === 0) return;
  const usual = total / rows;
  const perUnit = scene.isLogY ? Infinity : project.box.height / (scene.y.to - scene.y.from);
  surface.fillStyle = one.series.colour;
  surface.strokeStyle = one.series.colour;
  if (usual * perUnit > 1 && count <= MANY) {
    surface.globalAlpha = (one.smooth ? 0.07 : 0.15) / (count > FEW ? 2 : 1);
    fillBetween(surface, x, low, high, start, end, project);
  }
  if (most > usual * 3 || count > MANY) strokeSpikes(surface, one.line, usual * 3, one.smooth ? 0.25 : 0.6, start, end, project, perUnit);
}

/** A bucket far taller than the others stands as a stroke: filled faintly, one pixel wide, nobody would see it. */
function strokeSpikes(surface: Surface, { x, low, high }: Pick<Line, "x" | "low" | "high">, limit: number, alpha: number, start: number, end: number, project: Projection, perUnit: number): void {
  surface.globalAlpha = alpha;
  surface.lineWidth = 1;
  surface.setLineDash([]);
  surface.beginPath();
  for (let row = start; row < end; row++) {
    const height = high[row]! - low[row]!;
    if (!(height > limit) || height * perUnit < 5) continue;
    const at = project.x(x[row]!);
    surface.moveTo(at, kept(project.y(low[row]!)));
    surface.lineTo(at, kept(project.y(high[row]!)));
  }
  surface.stroke();
}

function paintBand(surface: Surface, scene: Scene, { group, line, low, high }: SceneGroup, project: Projection): void {
  const [start, end] = window(line.x, scene.x.from, scene.x.to);
  surface.fillStyle = group.colour;
  if (line.low !== line.least) {
    surface.globalAlpha = 0.05;
    fillBetween(surface, line.x, line.least, line.greatest, start, end, project);
    let [total, rows] = [0, 0];
    for (let row = start; row < end; row++) {
      const height = line.greatest[row]! - line.least[row]!;
      if (!(height >= 0)) continue;
      total += height;
      rows++;
    }
    surface.strokeStyle = group.colour;
    const perUnit = scene.isLogY ? Infinity : project.box.height / (scene.y.to - scene.y.from);
    strokeSpikes(surface, { x: line.x, low: line.least, high: line.greatest }, (total / Math.max(1, rows)) * 3, 0.6, start, end, project, perUnit);
  }
  surface.globalAlpha = 0.16;
  fillBetween(surface, line.x, low, high, start, end, project);
}

/** The mean; fainter where not all members have values, since it is the mean of others there. */
function paintMean(surface: Surface, scene: Scene, { group, line, mean }: SceneGroup, project: Projection): void {
  const { whole, part } = partsOf(mean, line.n);
  surface.strokeStyle = group.colour;
  surface.lineWidth = 1.6;
  surface.setLineDash([]);
  surface.globalAlpha = 1;
  stroke(surface, scene, line.x, whole, project);
  if (!part) return;
  surface.globalAlpha = 0.45;
  stroke(surface, scene, line.x, part, project);
  surface.globalAlpha = 1;
}

const parts = new WeakMap<Float64Array, { whole: Float64Array; part: Float64Array | null }>();

/** A mean cut into where all members have a value and where not; one neighbour more at each side, so the parts meet. */
function partsOf(mean: Float64Array, n: Uint16Array): { whole: Float64Array; part: Float64Array | null } {
  const known = parts.get(mean);
  if (known) return known;
  let most = 0;
  let isWhole = true;
  for (const one of n) {
    if (most > 0 && one !== most) isWhole = false;
    if (one > most) most = one;
  }
  const made: { whole: Float64Array; part: Float64Array | null } = { whole: mean, part: null };
  if (!isWhole) {
    made.whole = mean.slice();
    made.part = mean.slice();
    for (let at = 0; at < n.length; at++) {
      if (n[at] !== most) made.whole[at] = NaN;
      else if ((at === 0 || n[at - 1] === most) && (at + 1 === n.length || n[at + 1] === most)) made.part[at] = NaN;
    }
  }
  parts.set(mean, made);
  return made;
}

function fillBetween(surface: Surface, x: Float64Array, low: Float64Array, high: Float64Array, start: number, end: number, project: Projection): void {
  const [left, right] = edgesOf(project);
  const go = (row: number, y: Float64Array, isFirst: boolean) => {
    let px = project.x(x[row]!);
    let py = project.y(y[row]!);
    if (px < left || px > right) [px, py] = cutAt(px < left ? left : right, px, py, x, y, px < left ? row + 1 : row - 1, project);
    py = kept(py);
    if (isFirst) surface.moveTo(px, py);
    else surface.lineTo(px, py);
  };
  surface.beginPath();
  for (let row = start; row < end; ) {
    if (!(low[row]! <= high[row]!)) {
      row++;
      continue;
    }
    let last = row;
    while (last + 1 < end && low[last + 1]! <= high[last + 1]!) last++;
    for (let at = row; at <= last; at++) go(at, high, at === row);
    for (let at = last; at >= row; at--) go(at, low, false);
    surface.closePath();
    row = last + 1;
  }
  surface.fill();
}
