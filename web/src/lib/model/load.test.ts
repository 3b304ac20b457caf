import { expect, test } from "vitest";

import { loadUnit, loadWords } from "./load";

test("names of the load read as words, with their units apart", () => {
  expect([loadWords("system/cpu_percent"), loadUnit("system/cpu_percent")]).toEqual(["cpu", "%"]);
  expect([loadWords("system/disk_read_bytes_per_second"), loadUnit("system/disk_read_bytes_per_second")]).toEqual(["disk read", "B/s"]);
  expect([loadWords("system/gpu0/memory_used_bytes[rank=1]"), loadUnit("system/gpu0/memory_used_bytes")]).toEqual(["gpu0 memory used [rank=1]", "B"]);
  expect([loadWords("system/_percent"), loadUnit("system/processes")]).toEqual(["system/_percent", null]);
});
