import { expect, it } from "vitest";

import { narrowed, parted } from "./query";

it("parts a filter from its order, but not within quotes", () => {
  expect(parted('a = "order by x" and b ORDER  BY c limit 3')).toEqual({ asked: 'a = "order by x" and b', ending: "ORDER  BY c limit 3" });
  expect(parted("order by x")).toEqual({ asked: "", ending: "order by x" });
});
it("narrows a filter down, whatever it asks for", () => {
  expect(narrowed("a or b order by c", ["d = 1"])).toBe("(a or b) and d = 1 order by c");
  expect(narrowed("", ["d", "e"])).toBe("d and e");
  expect(narrowed("a", [])).toBe("a");
});
