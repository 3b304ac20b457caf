import { describe, expect, it } from "vitest";

import { has, parseChartView, printChartView, toggled, type ChartView, type XKind, zoomed } from "./chartView";
import type { Range } from "./ranges";

const nothing = parseChartView(() => null);
const through = (view: Partial<ChartView>) => {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(printChartView(view))) if (value !== null) query.set(key, value);
  const address = new URLSearchParams(query.toString());
  return parseChartView((key) => address.get(key));
};

describe("the view of charts in the address", () => {
  it("is empty where nothing was chosen", () => {
    expect(Object.values(printChartView(nothing)).every((value) => value === null)).toBe(true);
  });
  it("comes back as it was", () => {
    const view: ChartView = {
      x: "metric:epoch, really~100%",
      xOf: new Map([["loss[a=1,b=2]", "relative"], ["acc~%2C", "metric:a~b,c"]]),
      smoothing: 0.85,
      band: "ci",
      logY: new Set(["loss", "a,b", "%2C"]),
      logX: new Set(["*"]),
      isRobust: true,
      zooms: new Map<XKind, Range>([["step", { from: -1.5, to: 20000 }], ["metric:a,b~c", { from: 0, to: 1 }]]),
      pinned: ["val/acc", "ü & <b>"],
      search: "^val/.*(acc|loss)$",
      closed: new Set(["", "system"]),
      full: "val/acc",
    };
    expect(through(view)).toEqual(view);
  });
  it.each(["x=metric:", "x=<script>", "sm=2", "sm=NaN", "band=all", "z=step~5..1", "z=step~a..b", "z=step~..", "z=step~1..2..3", "z=1..2", "xm=loss", "xm=~step"])("takes no nonsense: %s", (text) => {
    const address = new URLSearchParams(text);
    expect(parseChartView((key) => address.get(key))).toEqual(nothing);
  });
  it("keeps the milliseconds of a zoom in time", () => {
    const zoom = { from: 1795273800123, to: 1795273800456 };
    expect(through({ zooms: new Map([["time", zoom]]) }).zooms.get("time")).toEqual(zoom);
  });
});

it("zooms one kind of x and leaves the others", () => {
  const zooms = zoomed(new Map<XKind, Range>([["time", { from: 1, to: 2 }]]), "step", { from: 3, to: 4 });
  expect([...zooms.keys()]).toEqual(["time", "step"]);
  expect([...zoomed(zooms, "time", null).keys()]).toEqual(["step"]);
});

describe("sets that may say all", () => {
  it("turn one label round", () => {
    expect(has(new Set(), "loss")).toBe(false);
    expect(has(toggled(new Set(), "loss"), "loss")).toBe(true);
    expect(has(new Set(["*"]), "loss")).toBe(true);
    expect(has(toggled(new Set(["*"]), "loss"), "loss")).toBe(false);
  });
});
