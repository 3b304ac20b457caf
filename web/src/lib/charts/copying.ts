// Take a chart along: code, values or a picture, by the clipboard or as a file.
import { toasts } from "../ui/toasts.svelte";
import { copyDrawing, saveDrawing, type Drawing, type Taken } from "./drawing";
import { pngOf, svgOf } from "./picture";
import type { Scene } from "./scene";
import { csvOf, markdownOf, pythonOf, tableOf } from "./table";
import { axisOf, type ShownX } from "./words";

export interface Copied {
  scene: Scene;
  title: string;
  note: string;
  x: ShownX;
  filter: string | null;
  width: number;
  height: number;
  /** How it is drawn, if it has no course. */
  strip: Drawing | null;
}

const takenOf = ({ scene, title, width, height }: Copied, draw: Drawing): Taken => {
  const { columns, rows } = tableOf(scene);
  const table = { columns: ["", ...columns].map((name) => ({ title: name })), rows: rows.map((row) => [row.name, ...row.values.map(String)]) };
  return { title, draw, size: { width, height }, table };
};

export type CopyFormat = "Python" | "CSV" | "Markdown" | "PNG" | "SVG";

export async function copyChart(format: CopyFormat, chart: Copied): Promise<void> {
  const { scene, title, note, x, filter, width, height, strip } = chart;
  if (strip && (format === "PNG" || format === "SVG")) return copyDrawing(format, takenOf(chart, strip));
  try {
    if (format === "PNG") {
      // As a promise: Safari forgets the click while a picture is made.
      await navigator.clipboard.write([new ClipboardItem({ "image/png": pngOf(scene, axisOf(x), { title, note }, width, height) })]);
    } else {
      const text =
        format === "Python" ? pythonOf(scene, title, filter, x === "order")
        : format === "CSV" ? csvOf(scene)
        : format === "SVG" ? svgOf(scene, axisOf(x), { title, note }, width, height)
        : markdownOf(tableOf(scene), title, x);
      await navigator.clipboard.writeText(text);
    }
    toasts.say(`Copied ${title} as ${format}`);
  } catch (error) {
    toasts.say(`The clipboard is closed to this page: ${error instanceof Error ? error.message : String(error)}. Save it as a file instead.`, { isError: true });
  }
}

export async function saveChart(format: "PNG" | "SVG" | "CSV", chart: Copied): Promise<void> {
  const { scene, title, note, x, width, height, strip } = chart;
  if (strip && format !== "CSV") return saveDrawing(format, takenOf(chart, strip));
  const blob =
    format === "PNG" ? await pngOf(scene, axisOf(x), { title, note }, width, height)
    : format === "CSV" ? new Blob([csvOf(scene)], { type: "text/csv" })
    : new Blob([svgOf(scene, axisOf(x), { title, note }, width, height)], { type: "image/svg+xml" });
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = `${title.replace(/[^\w.-]+/g, "_") || "chart"}.${format.toLowerCase()}`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
