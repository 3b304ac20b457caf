// The table behind a chart: what a screen reader, a text editor and a spreadsheet get of it.
import { window } from "../model/buckets";
import { formatNumber, formatTime } from "../model/format";
import type { Scene } from "./scene";
import type { ShownX } from "./words";

export interface ChartTable {
  columns: string[];
  rows: { name: string; colour: string; run: string | null; group: string | null; values: (number | null)[] }[];
}

/** Last, least, greatest and mean of each line in the part that is seen; the groups where groups are seen. */
export function tableOf(scene: Scene): ChartTable {
  if (scene.groups) {
    return {
      columns: ["n", scene.isStrip ? "mean" : "last mean", "low", "high", "least", "greatest"],
      rows: scene.groups.map(({ group, line }) => {
        const [start, end] = window(line.x, scene.x.from, scene.x.to);
        let last = end - 1;
        while (last > start && !Number.isFinite(line.mean[last]!)) last--;
        return {
          name: group.label,
          colour: group.colour,
          run: null,
          group: group.label,
          values: [line.size, finite(line.mean[last]), finite(line.low[last]), finite(line.high[last]), least(line.least, start, end), greatest(line.greatest, start, end)],
        };
      }),
    };
  }
  if (scene.isStrip) {
    return {
      columns: ["value"],
      rows: scene.lines.map(({ line, series }) => ({ name: series.name, colour: series.colour, run: series.run, group: null, values: [line.y[0] ?? null] })),
    };
  }
  return {
    columns: ["last", "at", "min", "max", "mean", "points", "not finite"],
    rows: scene.lines.map(({ line, curve, series }) => {
      const [start, end] = window(line.x, scene.x.from, scene.x.to);
      let last = end - 1;
      while (last > start && !Number.isFinite(line.y[last]!)) last--;
      let [sum, count] = [0, 0];
      for (let row = start; row < end; row++) {
        if (!Number.isFinite(line.y[row]!)) continue;
        sum += line.y[row]! * line.count[row]!;
        count += line.count[row]!;
      }
      return {
        name: series.name,
        colour: series.colour,
        run: series.run,
        group: null,
        values: [finite(line.y[last]), finite(line.xLast[last]), least(line.low, start, end), greatest(line.high, start, end), count ? sum / count : null, curve.points, curve.notFinite],
      };
    }),
  };
}

const finite = (value: number | undefined) => (value !== undefined && Number.isFinite(value) ? value : null);

function least(values: Float64Array, start: number, end: number): number | null {
  let found = Infinity;
  for (let at = start; at < end; at++) if (values[at]! < found) found = values[at]!;
  return finite(found);
}

function greatest(values: Float64Array, start: number, end: number): number | null {
  let found = -Infinity;
  for (let at = start; at < end; at++) if (values[at]! > found) found = values[at]!;
  return finite(found);
}

/** A cell of the table as it is read. */
export function cellText(column: string, value: number | null, kind: ShownX): string {
  if (value === null) return "–";
  return column === "at" && kind === "time" ? formatTime(value) : formatNumber(value);
}

export const piped = (text: string) => text.replace(/\\/g, "\\\\").replace(/\|/g, "\\|").replace(/\s+/g, " ");

export function markdownOf(table: ChartTable, title: string, kind: ShownX): string {
  const line = (cells: string[]) => `| ${cells.join(" | ")} |`;
  return [
    line([piped(title), ...table.columns]),
    line(["---", ...table.columns.map(() => "---:")]),
    ...table.rows.map((row) => line([piped(row.name), ...row.values.map((value, at) => cellText(table.columns[at] ?? "", value, kind))])),
  ].join("\n");
}

/** A field of CSV; what a spreadsheet would run as a formula is held back by a quote. */
export function field(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\n\r]/.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe;
}

/** The rows that are on the screen, raw: never smoothed, buckets with their least and greatest. */
export function csvOf(scene: Scene): string {
  if (scene.isStrip) {
    const rows = scene.lines.map(({ line, curve, series }) => [curve.run, field(series.name), field(curve.label), line.y[0]].join(","));
    return `${["run,name,metric,value", ...rows].join("\n")}\n`;
  }
  const out = ["run,name,metric,x_first,x_last,mean,min,max,points"];
  for (const { line, curve, series } of scene.lines) {
    const [start, end] = window(line.x, scene.x.from, scene.x.to);
    const head = [curve.run, field(series.name), field(curve.label)].join(",");
    for (let row = start; row < end; row++) {
      if (line.x[row]! < scene.x.from || line.x[row]! > scene.x.to) continue;
      out.push([head, line.xFirst[row], line.xLast[row], line.y[row], line.low[row], line.high[row], line.count[row]].join(","));
    }
  }
  return `${out.join("\n")}\n`;
}

/** Code that draws the same from the store, from every point. */
export function pythonOf(scene: Scene, title: string, filter: string | null, isByOrder = false): string {
  const quoted = (text: string) => JSON.stringify(text).replace(/[\u007f-\uffff]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`);
  const labels = [...new Set(scene.lines.map((one) => one.curve.label))];
  const runs = [...new Set(scene.lines.map((one) => one.curve.run))];
  const from = filter
    ? [`runs = runlore.search_runs(${quoted(filter)})`]
    : ["runs = [", ...runs.map((run) => `    runlore.get_run(${quoted(run)}),`), "]"];
  const isStep = labels.length === 1 ? `run.series(${quoted(labels[0]!)})` : "run.series(label)";
  const plot = scene.isStrip ? 'plt.plot(series.value[-1:], [run.label], "o")' : isByOrder ? "plt.plot(series.value, label=run.label)" : "plt.plot(series.step, series.value, label=run.label)";
  const draw = ["series = " + isStep, plot];
  const loop = labels.length === 1 ? ["for run in runs:", ...draw.map((line) => `    ${line}`)] : ["for run in runs:", `    for label in [${labels.map(quoted).join(", ")}]:`, ...draw.map((line) => `        ${line}`)];
  return [
    "import matplotlib.pyplot as plt",
    "import runlore",
    "",
    ...from,
    ...loop,
    ...(scene.isLogX ? ['plt.xscale("log")'] : []),
    ...(scene.isLogY ? [scene.isStrip ? 'plt.xscale("log")' : 'plt.yscale("log")'] : []),
    ...(scene.isStrip || isByOrder ? [] : [`plt.xlim(${scene.x.from}, ${scene.x.to})`]),
    `plt.title(${quoted(title)})`,
    ...(scene.isStrip ? [] : ["plt.legend()"]),
    "plt.show()",
    "",
  ].join("\n");
}
