import { expect, test } from "vitest";

import { metricField, paramField } from "./fieldNames";

test("metrics are called as filters call them", () => {
  expect(metricField("loss")).toBe("metrics.loss");
  expect(metricField("acc[val]", "best")).toBe("metrics.acc[val].best");
  expect(metricField("val/top 5", "min")).toBe("metrics.`val/top 5`.min");
  expect(metricField("a`b.c[test]")).toBe("metrics.`a``b.c`[test]");
});

test("params keep their dots unless something else needs quotes", () => {
  expect(paramField("optimizer.lr")).toBe("params.optimizer.lr");
  expect(paramField("weight-decay")).toBe("params.`weight-decay`");
});
