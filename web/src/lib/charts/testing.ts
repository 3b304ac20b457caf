// Made-up curves for tests of charts.
import type { Curve } from "../api/curves";
import type { ChartSeries } from "./scene";

export function curveOf(run: string, points: [number, number][], more: Partial<Curve> = {}): Curve {
  const x = Float64Array.from(points, ([at]) => at);
  const y = Float64Array.from(points, ([, value]) => value);
  return {
    run, label: "loss", status: "finished", points: points.length, outside: points.length, isRaw: true,
    xFirst: x, xLast: x, min: y, max: y, mean: y, count: new Uint32Array(points.length).fill(1),
    seams: [], nan: [], positiveInfinity: [], negativeInfinity: [], notFinite: 0, unplaced: 0, error: null, ...more,
  };
}

export const seriesOf = (run: string, more: Partial<ChartSeries> = {}): ChartSeries => ({ run, name: `run ${run}`, colour: "#123456", status: "finished", ...more });
