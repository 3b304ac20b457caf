// The strokes of parallel coordinates.
import { extentOfBrush, type Axis, type Brush } from "../model/parallel";
import type { Drawing, Look, Size } from "./drawing";
import { fitted, FONT, paintLine } from "./drawing";
import type { Surface } from "./surface";

const TOP = 12;
const NONE = 22; // room under the axes for runs without a value
const BOTTOM = 18;
const SIDE = 56;
const PER_STROKE = 120; // long paths take browsers far longer than many short ones

export interface Frame {
  left: number;
  right: number;
  top: number;
  bottom: number;
  x: (axis: number) => number;
  y: (place: number) => number;
  none: number;
}

export function frameOf({ width, height }: Size, count: number): Frame {
  const [left, right, top] = [SIDE, Math.max(SIDE + 10, width - SIDE), TOP];
  const bottom = height - BOTTOM - NONE;
  return {
    left,
    right,
    top,
    bottom,
    none: height - BOTTOM - 4,
    x: (axis) => (count < 2 ? (left + right) / 2 : left + ((right - left) * axis) / (count - 1)),
    y: (place) => bottom - place * (bottom - top),
  };
}

export interface Bundle {
  colour: string;
  rows: readonly number[];
}

/** Lines of some runs, those of one colour together. */
export function paintLines(surface: Surface, size: Size, axes: readonly Axis[], bundles: readonly Bundle[], alpha: number, lineWidth = 1): void {
  const frame = frameOf(size, axes.length);
  const xs = axes.map((_, at) => frame.x(at));
  surface.lineWidth = lineWidth;
  surface.lineJoin = "bevel";
  surface.globalAlpha = alpha;
  surface.setLineDash([]);
  for (const { colour, rows } of bundles) {
    surface.strokeStyle = colour;
    for (let from = 0; from < rows.length; from += PER_STROKE) {
      surface.beginPath();
      for (let at = from; at < Math.min(rows.length, from + PER_STROKE); at++) {
        const row = rows[at]!;
        for (let axis = 0; axis < axes.length; axis++) {
          const place = axes[axis]!.places[row]!;
          const y = place === place ? frame.y(place) : frame.none;
          if (axis === 0) surface.moveTo(xs[axis]!, y);
          else surface.lineTo(xs[axis]!, y);
        }
      }
      surface.stroke();
    }
  }
  surface.globalAlpha = 1;
}

export function paintAxes(surface: Surface, size: Size, look: Look, axes: readonly Axis[], brushes: ReadonlyMap<string, Brush>): void {
  const frame = frameOf(size, axes.length);
  const room = axes.length > 1 ? frame.x(1) - frame.x(0) : frame.right - frame.left;
  surface.font = FONT;
  axes.forEach((axis, at) => {
    const x = Math.round(frame.x(at)) + 0.5;
    surface.strokeStyle = look.soft;
    surface.lineWidth = 1;
    paintLine(surface, x, frame.top, x, frame.bottom);
    for (const tick of axis.scale.ticks(axis.scale.kind === "text" ? 14 : 7)) {
      const y = frame.y(axis.isFlipped ? 1 - tick.at : tick.at);
      paintLine(surface, x - 3, y, x, y);
      // Numbers over lines: a rim of the ground keeps them readable.
      paintText(surface, look, fitted(tick.text, room - 12), x - 5, y + 3.5, "right");
    }
    if (axis.missing > 0) paintText(surface, look, `${axis.missing} none`, x, frame.none + 15, "center");
    const brush = brushes.get(axis.field.key);
    if (brush) {
      const [low, high] = extentOfBrush(axis, brush);
      surface.strokeStyle = look.accent;
      surface.lineWidth = 5;
      surface.globalAlpha = 0.85;
      paintLine(surface, x, frame.y(low), x, frame.y(high));
      surface.globalAlpha = 1;
    }
  });
}

function paintText(surface: Surface, look: Look, text: string, x: number, y: number, align: CanvasTextAlign): void {
  surface.textAlign = align;
  if ("strokeText" in surface) {
    const context = surface as unknown as CanvasRenderingContext2D;
    context.strokeStyle = look.ground;
    context.lineWidth = 3;
    context.strokeText(text, x, y);
    context.strokeStyle = look.soft;
    context.lineWidth = 1;
  }
  surface.fillStyle = look.soft;
  surface.fillText(text, x, y);
}

/** All of it with the names of the axes, for pictures. */
export function drawingOf(axes: readonly Axis[], brushes: ReadonlyMap<string, Brush>, faint: readonly Bundle[], bright: readonly Bundle[], alpha: number): Drawing {
  return (surface, size, look) => {
    const inner = { width: size.width, height: size.height - 20 };
    paintLines(surface, inner, axes, faint.map((one) => ({ ...one, colour: look.line })), 0.6);
    paintLines(surface, inner, axes, bright, alpha);
    paintAxes(surface, inner, look, axes, brushes);
    const frame = frameOf(inner, axes.length);
    surface.fillStyle = look.ink;
    surface.textAlign = "center";
    axes.forEach((axis, at) => surface.fillText(fitted(axis.field.label, (frame.right - frame.left) / Math.max(1, axes.length - 1) - 8), frame.x(at), size.height - 6));
  };
}
