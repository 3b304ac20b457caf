// Draw a strip: rows of dots over one axis of values, or how the values spread.
import { ticksOf } from "../model/ticks";
import { addDot, fitted, FONT, paintLine, paintRect, type Drawing, type Size } from "./drawing";
import type { Scene } from "./scene";
import type { Strip } from "./strip";

export interface StripPlaces {
  left: number;
  right: number;
  bottom: number;
  rowHeight: number;
  hasLabels: boolean;
  x: (value: number) => number;
  rowAt: (top: number) => number;
  middleOf: (row: number) => number;
}

export interface Lit {
  run: string | null;
  group: string | null;
}

const AXIS = 20;
const LEAST_LABELLED = 11;
const TALLEST = 26;
const MOST_LABEL = 168;
const LETTER = 6.4; // as wide as letters of this size are in wide fonts

export function placesOfStrip({ rows, bins }: Strip, scene: Scene, size: Size): StripPlaces {
  const bottom = size.height - AXIS;
  const rowHeight = bins ? bottom : Math.min(TALLEST, (bottom - 4) / Math.max(1, rows.length));
  const hasLabels = !bins && rowHeight >= LEAST_LABELLED;
  const longest = rows.reduce((most, row) => Math.max(most, row.short.length), 0);
  const left = hasLabels ? Math.min(MOST_LABEL, size.width * 0.42, longest * LETTER + 14) : 10;
  const right = size.width - 12;
  const of = (value: number) => (scene.isLogY ? Math.log(value) : value);
  const [from, to] = [of(scene.y.from), of(scene.y.to)];
  return {
    left, right, bottom, rowHeight, hasLabels,
    x: (value) => (scene.isLogY && value <= 0 ? left - 1e4 : left + ((of(value) - from) / (to - from)) * (right - left)),
    rowAt: (top) => Math.max(0, Math.min(rows.length - 1, Math.floor((top - 4) / rowHeight))),
    middleOf: (row) => 4 + (row + 0.5) * rowHeight,
  };
}

export function drawingOfStrip(strip: Strip, scene: Scene, lit: Lit): Drawing {
  return (surface, size, look) => {
    const places = placesOfStrip(strip, scene, size);
    const { left, right, bottom, rowHeight, x, middleOf } = places;
    surface.font = FONT.replace("11px", "10.5px");
    surface.lineWidth = 1;
    surface.textAlign = "center";
    for (const tick of ticksOf("number", scene.isLogY, scene.y.from, scene.y.to, Math.max(2, Math.floor((right - left) / 38)))) {
      surface.strokeStyle = look.line;
      paintLine(surface, x(tick.at), 0, x(tick.at), bottom);
      surface.fillStyle = look.faint;
      surface.fillText(tick.text, x(tick.at), bottom + 14);
    }
    const isIn = (value: number) => value >= scene.y.from && value <= scene.y.to;
    if (strip.bins) {
      const most = strip.bins.reduce((all, bin) => Math.max(all, bin.count), 1);
      surface.fillStyle = look.accent;
      surface.globalAlpha = 0.55;
      for (const { from, to, count } of strip.bins) {
        const [start, end] = from === to ? [x(from) - 2, x(from) + 2] : [Math.max(left, x(from)), Math.min(right, x(to))];
        if (end > start) paintRect(surface, start, bottom - (count / most) * (bottom - 10), Math.max(1, end - start - 1), (count / most) * (bottom - 10));
      }
      surface.globalAlpha = 1;
    }
    if (strip.reference !== null && isIn(strip.reference)) {
      surface.strokeStyle = look.faint;
      surface.setLineDash([2, 2]);
      paintLine(surface, x(strip.reference), 0, x(strip.reference), bottom);
      surface.setLineDash([]);
    }
    if (strip.bins) return;
    const isAnyLit = strip.rows.some((row) => row.group === lit.group && lit.group !== null) || scene.lines.some((line) => line.series.run === lit.run);
    const radius = Math.max(1.6, Math.min(3.2, rowHeight * 0.3));
    strip.rows.forEach((row, at) => {
      const y = middleOf(at);
      const isLit = (row.group !== null && row.group === lit.group) || row.dots.some((dot) => dot.line.series.run === lit.run);
      const strength = isAnyLit && !isLit ? 0.28 : 1;
      if (places.hasLabels) {
        surface.textAlign = "right";
        surface.fillStyle = isLit ? look.ink : look.soft;
        surface.globalAlpha = strength;
        surface.fillText(fitted(row.short, left - 10, LETTER), left - 9, y + 3.5);
      }
      surface.fillStyle = surface.strokeStyle = row.colour;
      if (row.low < row.high) {
        const [start, end] = [Math.max(left, x(row.low)), Math.min(right, x(row.high))];
        surface.globalAlpha = 0.22 * strength;
        if (end > start) paintRect(surface, start, y - Math.min(5, rowHeight * 0.32), end - start, Math.min(10, rowHeight * 0.64));
      }
      if (row.group !== null && isIn(row.mean)) {
        surface.globalAlpha = strength;
        surface.lineWidth = 2;
        paintLine(surface, x(row.mean), y - Math.min(8, rowHeight * 0.44), x(row.mean), y + Math.min(8, rowHeight * 0.44));
        surface.lineWidth = 1;
      }
      for (const { line, value } of row.dots) {
        surface.globalAlpha = (row.group === null || line.series.run === lit.run ? 1 : 0.75) * strength;
        surface.beginPath();
        if (Number.isNaN(value)) {
          // What is no number stands beside the axis.
          paintLine(surface, left - 3, y - 3, left + 3, y + 3);
          paintLine(surface, left - 3, y + 3, left + 3, y - 3);
        } else if (isIn(value)) {
          addDot(surface, x(value), y, line.series.run === lit.run ? radius + 1 : radius);
          surface.fill();
        }
      }
      surface.globalAlpha = 1;
    });
  };
}
