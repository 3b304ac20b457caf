import { describe, expect, it } from "vitest";

import { keyOf, linesOf, sceneOf } from "./scene";
import { csvOf, markdownOf, pythonOf, tableOf } from "./table";
import { curveOf, seriesOf } from "./testing";

const settings = { smoothing: 0.9, isLogX: false, isLogY: true, isRobust: false, zoom: null, band: "runs" as const, buckets: 100 };
function sceneWith(name: string) {
  const curve = curveOf("a", [[0, 4], [10, NaN], [20, 2]], { notFinite: 1 });
  return sceneOf(linesOf([seriesOf("a", { name })], "loss", new Map([[keyOf("a", "loss"), curve]]), null, null), null, settings)!;
}

describe("what is copied of a chart", () => {
  it("has the raw values, never smoothed ones", () => {
    expect(csvOf(sceneWith("plain")).split("\n").slice(0, 2)).toEqual(["run,name,metric,x_first,x_last,mean,min,max,points", "a,plain,loss,0,0,4,4,4,1"]);
    expect(tableOf(sceneWith("plain")).rows[0]!.values).toEqual([2, 20, 2, 4, 3, 3, 1]);
  });
  it("can't run as a formula or break out of its cell", () => {
    expect(csvOf(sceneWith('=HYPERLINK("x")'))).toContain(`"'=HYPERLINK(""x"")"`);
    expect(markdownOf(tableOf(sceneWith("a|b\nc")), "t", "step")).toContain("a\\|b c");
  });
  it("is Python that names runs or the filter, whatever is in them", () => {
    expect(pythonOf(sceneWith("x"), 'a"b', null)).toContain('runlore.get_run("a")');
    const code = pythonOf(sceneWith("x"), "ü", 'tag = "\n"');
    expect(code).toContain('runlore.search_runs("tag = \\"\\n\\"")');
    expect(code).toContain('plt.title("\\u00fc")');
    expect(code).toContain('plt.yscale("log")');
  });
});
