// From values to pixels and back.
import type { Scene } from "./scene";

export interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

export interface Projection {
  box: Box;
  x: (value: number) => number;
  y: (value: number) => number;
  valueOfX: (pixel: number) => number;
}

/** Pixels beyond every screen, and harmless to a canvas, which counts in 32 bits. */
const FAR = 10_000;

export const kept = (pixel: number) => (pixel < -FAR ? -FAR : pixel > FAR ? FAR : pixel);

export function projectionOf(scene: Pick<Scene, "x" | "y" | "isLogX" | "isLogY">, box: Box): Projection {
  const { isLogX, isLogY } = scene;
  const of = (value: number, isLog: boolean) => (isLog ? Math.log(value) : value);
  const x0 = of(scene.x.from, isLogX);
  const y0 = of(scene.y.from, isLogY);
  const xScale = box.width / (of(scene.x.to, isLogX) - x0);
  const yScale = box.height / (of(scene.y.to, isLogY) - y0);
  const bottom = box.top + box.height;
  return {
    box,
    x: isLogX ? (value) => box.left + (Math.log(Math.max(value, 1e-300)) - x0) * xScale : (value) => box.left + (value - x0) * xScale,
    y: isLogY
      ? (value) => (value > 0 ? bottom - (Math.log(value) - y0) * yScale : FAR)
      : (value) => bottom - (value - y0) * yScale,
    valueOfX: (pixel) => {
      const value = x0 + (pixel - box.left) / xScale;
      return isLogX ? Math.exp(value) : value;
    },
  };
}
