import { describe, expect, it } from "vitest";

import { parseTableView, printTableView, sortedBy, type TableView } from "./tableView";

const read = (text: string) => {
  const query = new URLSearchParams(text);
  return parseTableView((key) => query.get(key));
};

describe("the view of a table in the address", () => {
  it("is read as it was written", () => {
    const view: TableView = {
      filter: "metrics.acc > 0.9 & x",
      sort: [{ name: "metrics.acc.max", isDescending: true }, { name: "params.`a, b`", isDescending: false }],
      columns: ["metrics.acc[a,b]", "params.`a, b`"],
      pinned: 2,
      widths: new Map([["metrics.a,b~c", 120]]),
      by: ["data.name", "lr"],
      open: ["lr=1, a=2", "100%~"],
      isDiffering: false,
      shown: "archived",
      parts: true,
      baseline: "01a1fec0b28304b07bed5775e92e10cf",
    }; // prettier-ignore
    const query = new URLSearchParams();
    for (const [key, value] of Object.entries(printTableView(view))) if (value !== null) query.set(key, value);
    expect(read(query.toString())).toEqual(view);
  });
  it("leaves out what nobody chose", () => {
    const nothing = read("");
    expect(Object.values(printTableView(nothing)).every((value) => value === null)).toBe(true);
    expect(nothing.columns).toBeNull();
    expect(read("by=-").by).toEqual([]);
    expect(printTableView({ by: [] })).toEqual({ by: "-" });
  });
  it("takes nonsense for nothing", () => {
    expect(read("fix=x&show=me&diff=2&base=<b>&wid=a~9999,b")).toEqual(read(""));
  });
});

describe("a click on a column's head", () => {
  const up = { name: "a", isDescending: true };
  it("puts the better values first, then turns, then takes the order away", () => {
    expect(sortedBy([], "a", true, false)).toEqual([up]);
    expect(sortedBy([up], "a", true, false)).toEqual([{ name: "a", isDescending: false }]);
    expect(sortedBy([{ name: "a", isDescending: false }], "a", true, false)).toEqual([]);
  });
  it("with shift adds, and keeps the place of a key", () => {
    const two = sortedBy([up], "b", false, true);
    expect(two).toEqual([up, { name: "b", isDescending: false }]);
    expect(sortedBy(two, "a", true, true)).toEqual([{ name: "a", isDescending: false }, two[1]]);
  });
});
