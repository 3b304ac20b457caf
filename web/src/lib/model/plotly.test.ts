import { expect, test } from "vitest";

import { previewOf } from "./plotly";

test("lines, points and bars are read, and the rest is named", () => {
  const found = previewOf({
    data: [
      { type: "scatter", x: [1, 2], y: [3, null], name: "loss", line: { color: "#f00" } },
      { type: "scattergl", mode: "markers", y: [5, 6, 7] },
      { type: "heatmap", z: [[1]] },
      { type: "bar", x: [4], y: [8], marker: { color: "url(https://example.org)" } },
    ],
    layout: { title: { text: "A <b>title</b>" }, xaxis: { title: "step" }, height: 300 },
  });
  expect(found.traces.map((one) => [one.kind, one.name, one.x, one.y])).toEqual([
    ["line", "loss", [1, 2], [3, NaN]],
    ["points", "trace 1", [0, 1, 2], [5, 6, 7]],
    ["bars", "trace 3", [4], [8]],
  ]);
  expect(found.traces.map((one) => one.colour)).toEqual(["#f00", "#ef553b", "#ab63fa"]);
  expect([found.title, found.xTitle, found.others, found.height]).toEqual(["A title", "step", ["heatmap"], 300]);
});

test("packed arrays are unpacked, and names in x become places", () => {
  const bdata = btoa(String.fromCharCode(...new Uint8Array(new Float64Array([0.5, 2]).buffer)));
  const { traces, places } = previewOf({ data: [{ type: "bar", x: ["a", "b"], y: { dtype: "f8", bdata } }] });
  expect([traces[0]?.x, traces[0]?.y, places]).toEqual([[0, 1], [0.5, 2], ["a", "b"]]);
});

test("nonsense is an empty figure", () => {
  for (const data of [null, 3, [null, 4, { y: { dtype: "f8", bdata: "*" } }]]) {
    const found = previewOf({ data, layout: "no" });
    expect(found.traces.every((one) => one.x.length === 0)).toBe(true);
  }
});
