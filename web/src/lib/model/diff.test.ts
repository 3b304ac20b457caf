import { expect, test } from "vitest";

import { parseDiff } from "./diff";

const DIFF = `diff --git a/train.py b/train.py
index 1..2 100644
--- a/train.py
+++ b/train.py
@@ -1,4 +1,4 @@ def lr():
 import os
-a = 1
+a = 2
 b
 c
@@ -10 +10,2 @@
 x
+--- not a header
\\ No newline at end of file
diff --git a/old name.py b/new name.py
similarity index 100%
rename from old name.py
rename to new name.py
diff --git a/image.png b/image.png
new file mode 100644
Binary files /dev/null and b/image.png differ
diff --git a/gone.py b/gone.py
deleted file mode 100644
--- a/gone.py
+++ /dev/null
@@ -1 +0,0 @@
-x
`;

test("files, hunks and lines with their numbers", () => {
  const [train, renamed, image, gone] = parseDiff(DIFF);
  expect(train).toMatchObject({ path: "train.py", state: "changed", added: 2, removed: 1 });
  expect(train?.hunks[0]).toMatchObject({ place: "def lr():" });
  expect(train?.hunks[0]?.lines.map((one) => [one.kind, one.before, one.after])).toEqual([
    ["same", 1, 1], ["removed", 2, null], ["added", null, 2], ["same", 3, 3], ["same", 4, 4],
  ]); // prettier-ignore
  expect(train?.hunks[1]?.lines.map((one) => [one.kind, one.text])).toEqual([
    ["same", "x"],
    ["added", "--- not a header"],
    ["note", "No newline at end of file"],
  ]);
  expect(renamed).toMatchObject({ path: "new name.py", from: "old name.py", state: "renamed" });
  expect(image).toMatchObject({ path: "image.png", isBinary: true, state: "added" });
  expect(gone).toMatchObject({ path: "gone.py", state: "removed", removed: 1 });
});

test("names in C's quotes, and a diff without git's header", () => {
  expect(parseDiff('diff --git "a/caf\\303\\251.py" "b/caf\\303\\251.py"\nnew file mode 100644\n')[0]?.path).toBe("café.py");
  const [one] = parseDiff("--- a/x.py\t2026\n+++ b/x.py\t2026\n@@ -1 +1 @@\n-a\n+b\n");
  expect(one).toMatchObject({ path: "x.py", added: 1, removed: 1 });
});

test("no diff and nonsense are no files", () => {
  expect(parseDiff("")).toEqual([]);
  expect(parseDiff("hello\nworld")).toEqual([]);
});

test("a diff that was cut off keeps what there is", () => {
  const [file] = parseDiff("diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1,9 +1,9 @@\n a\n-b\n");
  expect(file?.hunks[0]?.lines).toHaveLength(2);
});
