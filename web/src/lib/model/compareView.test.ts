import { expect, test } from "vitest";

import { parseCompareLook, printCompareLook, type CompareLook } from "./compareView";

const read = (text: string) => parseCompareLook((key) => new URLSearchParams(text).get(key));

test("what is printed is read back, whatever names hold", () => {
  const look: CompareLook = {
    runs: ["01ab", "02cd"],
    filter: 'metrics.acc > 0.9 and tag = "a,b"',
    baseline: "01ab",
    tab: "parallel",
    isAll: true,
    axes: ["params.lr", "metrics.`a,b`[x~y]", "100%"],
    log: new Set(["params.lr"]),
    flipped: new Set(["metrics.loss"]),
    brushes: new Map([["params.lr", { from: 1e-5, to: 0.3 }], ["params.a~b,c", { texts: ["x,y", "", "50%"] }]]),
    colour: "metrics.loss",
    across: "params.lr",
    up: "metrics.loss",
    pair: ["02cd", "01ab"],
  };
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(printCompareLook(look))) if (value !== null) query.set(key, value);
  expect(read(query.toString())).toEqual(look);
});

test("an address without keys, or with nonsense, is the plain view", () => {
  expect(read("tab=x&brush=a~n~1,~n~1~2,b~n~2~1,c~z~1,d~t&runs=,&pair=a")).toEqual(read(""));
  expect(read("").tab).toBe("differences");
});

test("a run that is named twice counts once", () => {
  expect(read("runs=a,b,a").runs).toEqual(["a", "b"]);
});
