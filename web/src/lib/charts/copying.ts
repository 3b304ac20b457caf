// Take a chart along: code, values or a picture, by the clipboard or as a file.
import type { XKind } from "../model/chartView";
import { toasts } from "../ui/toasts.svelte";
import { pngOf, svgOf } from "./picture";
import type { Scene } from "./scene";
import { csvOf, markdownOf, pythonOf, tableOf } from "./table";
import { axisOf } from "./words";

export interface Copied {
  scene: Scene;
  title: string;
  note: string;
  x: XKind;
  filter: string | null;
  width: number;
  height: number;
}

export type CopyFormat = "Python" | "CSV" | "Markdown" | "PNG" | "SVG";

export async function copyChart(format: CopyFormat, chart: Copied): Promise<void> {
  const { scene, title, note, x, filter, width, height } = chart;
  try {
    if (format === "PNG") {
      // As a promise: Safari forgets the click while a picture is made.
      await navigator.clipboard.write([new ClipboardItem({ "image/png": pngOf(scene, axisOf(x), { title, note }, width, height) })]);
    } else {
      const text =
        format === "Python" ? pythonOf(scene, title, filter)
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
  const { scene, title, note, x, width, height } = chart;
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
