// A safe part of Markdown as a tree that components render: foreign HTML stays text, links lead to the web only.

export type Inline =
  | { kind: "text" | "code"; text: string }
  | { kind: "strong" | "emphasis" | "struck"; inside: Inline[] }
  | { kind: "link"; href: string; inside: Inline[] }
  | { kind: "break" };

export interface ListItem {
  inside: Block[];
  /** Of a list of tasks: whether it is ticked. */
  isDone: boolean | null;
}

export type Block =
  | { kind: "heading"; level: number; inside: Inline[] }
  | { kind: "paragraph"; inside: Inline[] }
  | { kind: "code"; text: string; language: string | null }
  | { kind: "quote"; inside: Block[] }
  | { kind: "list"; isOrdered: boolean; start: number; items: ListItem[] }
  | { kind: "table"; head: Inline[][]; rows: Inline[][][]; align: ("left" | "right" | "center" | null)[] }
  | { kind: "rule" };

const MOST_DEPTH = 12;
const FENCE = /^ {0,3}(```+|~~~+)\s*([^\s`]*)/;
const HEADING = /^ {0,3}(#{1,6})(?:\s+(.*?))?\s*#*$/;
const RULE = /^ {0,3}([-*_])(?:\s*\1){2,}\s*$/;
const ITEM = /^( {0,3})([-*+]|\d{1,9}[.)])( +|$)/;
const DIVIDER = /^\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$/;

export function parseMarkdown(text: string): Block[] {
  return blocksOf(text.replace(/\r\n?/g, "\n").replace(/\t/g, "    ").split("\n"), 0);
}

function blocksOf(lines: string[], depth: number): Block[] {
  const blocks: Block[] = [];
  let at = 0;
  while (at < lines.length) {
    const line = lines[at] ?? "";
    if (!line.trim()) {
      at++;
      continue;
    }
    const fence = FENCE.exec(line);
    const heading = HEADING.exec(line);
    if (fence) {
      const mark = fence[1] ?? "```";
      let end = at + 1;
      while (end < lines.length && !closes(lines[end] ?? "", mark)) end++;
      blocks.push({ kind: "code", text: lines.slice(at + 1, end).join("\n"), language: fence[2] || null });
      at = end + 1;
    } else if (heading) {
      blocks.push({ kind: "heading", level: heading[1]?.length ?? 1, inside: inlinesOf(heading[2] ?? "") });
      at++;
    } else if (RULE.test(line)) {
      blocks.push({ kind: "rule" });
      at++;
    } else if (/^ {0,3}>/.test(line) && depth < MOST_DEPTH) {
      let end = at;
      while (end < lines.length && /^ {0,3}>/.test(lines[end] ?? "")) end++;
      const inner = lines.slice(at, end).map((one) => one.replace(/^ {0,3}> ?/, ""));
      blocks.push({ kind: "quote", inside: blocksOf(inner, depth + 1) });
      at = end;
    } else if (ITEM.test(line) && depth < MOST_DEPTH) {
      const [list, end] = listAt(lines, at, depth);
      blocks.push(list);
      at = end;
    } else if (line.includes("|") && DIVIDER.test(lines[at + 1] ?? "") && (lines[at + 1] ?? "").includes("-")) {
      const [table, end] = tableAt(lines, at);
      blocks.push(table);
      at = end;
    } else {
      let end = at + 1;
      while (end < lines.length && continues(lines[end] ?? "")) end++;
      blocks.push({ kind: "paragraph", inside: inlinesOf(lines.slice(at, end).map((one) => one.trimStart()).join("\n")) });
      at = end;
    }
  }
  return blocks;
}

function closes(line: string, mark: string): boolean {
  const trimmed = line.trim();
  return trimmed.length >= mark.length && [...trimmed].every((letter) => letter === mark[0]);
}

function continues(line: string): boolean {
  return line.trim() !== "" && !FENCE.test(line) && !/^ {0,3}#{1,6}\s/.test(line) && !/^ {0,3}>/.test(line) && !ITEM.test(line) && !RULE.test(line);
}

function listAt(lines: string[], start: number, depth: number): [Block, number] {
  const first = ITEM.exec(lines[start] ?? "");
  const isOrdered = /\d/.test(first?.[2] ?? "");
  const items: ListItem[] = [];
  let at = start;
  while (at < lines.length) {
    const found = ITEM.exec(lines[at] ?? "");
    if (!found || /\d/.test(found[2] ?? "") !== isOrdered || RULE.test(lines[at] ?? "")) break;
    const indent = found[0].trimEnd().length + 1;
    const inner = [(lines[at] ?? "").slice(found[0].length)];
    at++;
    while (at < lines.length) {
      const line = lines[at] ?? "";
      const isInside = line.startsWith(" ".repeat(Math.min(indent, 2))) && (line.search(/\S/) >= Math.min(indent, 2));
      if (!line.trim()) {
        if (!/^ {2,}\S/.test(lines[at + 1] ?? "")) break;
        inner.push("");
      } else if (isInside) inner.push(line.slice(Math.min(indent, line.search(/\S/))));
      else if (continues(line) && inner.at(-1) !== "") inner.push(line);
      else break;
      at++;
    }
    const task = /^\[([ xX])\]\s+/.exec(inner[0] ?? "");
    if (task) inner[0] = (inner[0] ?? "").slice(task[0].length);
    items.push({ inside: blocksOf(inner, depth + 1), isDone: task ? task[1] !== " " : null });
    while (at < lines.length && !(lines[at] ?? "").trim() && ITEM.test(lines[at + 1] ?? "")) at++;
  }
  return [{ kind: "list", isOrdered, start: parseInt(first?.[2] ?? "1", 10) || 1, items }, at];
}

function tableAt(lines: string[], start: number): [Block, number] {
  const head = cellsOf(lines[start] ?? "");
  const align = cellsOf(lines[start + 1] ?? "").map((one) =>
    one.startsWith(":") && one.endsWith(":") ? "center" : one.endsWith(":") ? "right" : one.startsWith(":") ? "left" : null,
  );
  let at = start + 2;
  const rows: Inline[][][] = [];
  while (at < lines.length && (lines[at] ?? "").trim() && (lines[at] ?? "").includes("|")) {
    const cells = cellsOf(lines[at] ?? "");
    rows.push(head.map((_, place) => inlinesOf(cells[place] ?? "")));
    at++;
  }
  return [{ kind: "table", head: head.map(inlinesOf), rows, align }, at];
}

function cellsOf(line: string): string[] {
  const inner = line.trim().replace(/^\|/, "").replace(/(?<!\\)\|$/, "");
  return inner.split(/(?<!\\)\|/).map((cell) => cell.trim().replace(/\\\|/g, "|"));
}

const INLINE =
  /(?<escaped>\\[!-/:-@[-`{-~])|(?<ticks>`+)(?<code>[^]*?[^`])\k<ticks>(?!`)|\[(?<label>(?:[^[\]\\]|\\.)*)\]\((?<href>[^()\s]*(?:\([^()\s]*\)[^()\s]*)*)(?:\s+"[^"]*")?\)|(?<strong>\*\*|__)(?=\S)(?<bold>[^]*?\S)\k<strong>(?![*_])|~~(?=\S)(?<struck>[^]*?\S)~~|(?<emphasis>\*|(?<![\p{L}\p{N}])_)(?=\S)(?<italic>(?:(?!\k<emphasis>)[^])*?\S)\k<emphasis>(?![\p{L}\p{N}])|(?<url>https?:\/\/[^\s<>()"']*[^\s<>()"'.,;:!?*_~`])|(?<break> {2,}\n|\\\n)/u;

export function inlinesOf(text: string, depth = 0): Inline[] {
  const pieces: Inline[] = [];
  let rest = text.slice(0, 100_000);
  const plain = (found: string) => {
    if (!found) return;
    const last = pieces.at(-1);
    if (last?.kind === "text") last.text += found;
    else pieces.push({ kind: "text", text: found });
  };
  while (rest) {
    const found = depth < MOST_DEPTH ? INLINE.exec(rest) : null;
    if (!found) {
      plain(rest);
      break;
    }
    plain(rest.slice(0, found.index));
    rest = rest.slice(found.index + found[0].length);
    const part = found.groups ?? {};
    const inside = (inner: string) => inlinesOf(inner, depth + 1);
    if (part["escaped"]) plain(part["escaped"].slice(1));
    else if (part["code"] !== undefined) pieces.push({ kind: "code", text: part["code"].replace(/^ (.*) $/, "$1") });
    else if (part["href"] !== undefined) {
      const label = part["label"] || part["href"];
      if (isWeb(part["href"])) pieces.push({ kind: "link", href: part["href"], inside: inside(label) });
      else pieces.push(...inside(label)); // scripts, and files that aren't here
    } else if (part["bold"]) pieces.push({ kind: "strong", inside: inside(part["bold"]) });
    else if (part["struck"]) pieces.push({ kind: "struck", inside: inside(part["struck"]) });
    else if (part["italic"]) pieces.push({ kind: "emphasis", inside: inside(part["italic"]) });
    else if (part["url"]) pieces.push({ kind: "link", href: part["url"], inside: [{ kind: "text", text: part["url"] }] });
    else pieces.push({ kind: "break" });
  }
  return pieces;
}

function isWeb(href: string): boolean {
  return /^(https?:\/\/|mailto:)/i.test(href);
}
