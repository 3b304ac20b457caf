// A unified diff as git writes it: files, their hunks, and lines with their numbers.

export interface DiffLine {
  kind: "same" | "added" | "removed" | "note";
  text: string;
  before: number | null;
  after: number | null;
}

export interface DiffHunk {
  /** What stands behind the second "@@": the function that the lines are in. */
  place: string;
  lines: DiffLine[];
}

export interface DiffFile {
  path: string;
  /** Where it was before, if it was elsewhere. */
  from: string | null;
  state: "changed" | "added" | "removed" | "renamed";
  isBinary: boolean;
  added: number;
  removed: number;
  hunks: DiffHunk[];
}

const HUNK = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@ ?(.*)$/;

export function parseDiff(text: string): DiffFile[] {
  const files: DiffFile[] = [];
  let file: DiffFile | null = null;
  let hunk: DiffHunk | null = null;
  let [before, after, left, right] = [0, 0, 0, 0];
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  for (const line of lines) {
    if (file && hunk && (left > 0 || right > 0 || line.startsWith("\\"))) {
      const mark = line[0];
      if (mark === "+") {
        hunk.lines.push({ kind: "added", text: line.slice(1), before: null, after: after++ });
        file.added++;
        right--;
      } else if (mark === "-") {
        hunk.lines.push({ kind: "removed", text: line.slice(1), before: before++, after: null });
        file.removed++;
        left--;
      } else if (mark === "\\") {
        hunk.lines.push({ kind: "note", text: line.slice(2), before: null, after: null });
      } else {
        hunk.lines.push({ kind: "same", text: line.slice(1), before: before++, after: after++ });
        left--;
        right--;
      }
      continue;
    }
    if (line.startsWith("diff --git ")) {
      file = { path: pathOfHeader(line), from: null, state: "changed", isBinary: false, added: 0, removed: 0, hunks: [] };
      files.push(file);
      hunk = null;
    } else if (line.startsWith("--- ") && !startsPatch(file)) {
      // A diff without git's own header: the file begins here.
      file = { path: unquoted(line.slice(4)), from: null, state: "changed", isBinary: false, added: 0, removed: 0, hunks: [] };
      files.push(file);
      hunk = null;
    }
    if (file === null) continue;
    const found = HUNK.exec(line);
    if (found) {
      hunk = { place: found[5] ?? "", lines: [] };
      file.hunks.push(hunk);
      [before, after] = [Number(found[1]), Number(found[3])];
      [left, right] = [Number(found[2] ?? 1), Number(found[4] ?? 1)];
    } else {
      readHeader(file, line);
    }
  }
  return files;
}

function startsPatch(file: DiffFile | null): boolean {
  return file !== null && file.hunks.length === 0;
}

function readHeader(file: DiffFile, line: string): void {
  if (line.startsWith("new file")) file.state = "added";
  else if (line.startsWith("deleted file")) file.state = "removed";
  else if (line.startsWith("rename from ")) [file.from, file.state] = [unquoted(line.slice(12)), "renamed"];
  else if (line.startsWith("rename to ")) file.path = unquoted(line.slice(10));
  else if (line.startsWith("Binary files ") || line.startsWith("GIT binary patch")) file.isBinary = true;
  else if (line.startsWith("+++ ") && !line.startsWith("+++ /dev/null")) file.path = withoutSide(unquoted(line.slice(4)));
  else if (line.startsWith("--- ") && !line.startsWith("--- /dev/null")) file.path = withoutSide(unquoted(line.slice(4)));
}

/** "diff --git a/x b/x": both are the same but for renames, which say so in lines of their own. */
function pathOfHeader(line: string): string {
  const rest = line.slice("diff --git ".length);
  if (rest.startsWith('"')) return withoutSide(unquoted(rest.slice(0, rest.indexOf('"', 1) + 1)));
  const half = rest.slice(0, (rest.length - 1) / 2);
  return withoutSide(half);
}

const withoutSide = (path: string) => path.replace(/^[ab]\//, "");

/** Git quotes unusual names in C's manner, bytes in octal. */
function unquoted(name: string): string {
  const end = name.indexOf("\t");
  const path = end >= 0 ? name.slice(0, end) : name;
  if (!path.startsWith('"')) return path;
  const bytes: number[] = [];
  const inner = path.slice(1, -1);
  for (let at = 0; at < inner.length; at++) {
    const letter = inner[at] ?? "";
    if (letter !== "\\") {
      const whole = String.fromCodePoint(inner.codePointAt(at) ?? 0);
      bytes.push(...new TextEncoder().encode(whole));
      at += whole.length - 1;
      continue;
    }
    const octal = /^[0-7]{3}/.exec(inner.slice(at + 1));
    bytes.push(octal ? parseInt(octal[0], 8) : ({ n: 10, t: 9, r: 13 }[inner[at + 1] ?? ""] ?? inner.charCodeAt(at + 1)));
    at += octal ? 3 : 1;
  }
  return new TextDecoder().decode(new Uint8Array(bytes));
}
