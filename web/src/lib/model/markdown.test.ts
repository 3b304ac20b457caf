import { expect, test } from "vitest";

import { inlinesOf, parseMarkdown, type Block, type Inline } from "./markdown";

const said = (pieces: Inline[]): string =>
  pieces.map((one) => ("inside" in one ? `<${one.kind}>${said(one.inside)}</>` : one.kind === "break" ? "|" : one.kind === "code" ? `{${one.text}}` : one.text)).join("");
const kinds = (text: string) => parseMarkdown(text).map((one) => one.kind);

test("blocks of each kind", () => {
  expect(kinds("# Title\n\ntext\nmore\n\n- a\n- b\n\n1. c\n\n> q\n\n```py\nx\n```\n\n---\n\n| a | b |\n|---|--:|\n| 1 | 2 |")).toEqual([
    "heading", "paragraph", "list", "list", "quote", "code", "rule", "table",
  ]); // prettier-ignore
});

test("lists in lists, tasks, and code in items", () => {
  const [list] = parseMarkdown("- one\n  - inner\n- [x] done\n- [ ] open\n\n  ```\n  code\n  ```") as [Extract<Block, { kind: "list" }>];
  expect(list.items).toHaveLength(3);
  expect(list.items[0]?.inside.map((one) => one.kind)).toEqual(["paragraph", "list"]);
  expect(list.items.map((one) => one.isDone)).toEqual([null, true, false]);
  expect(list.items[2]?.inside.at(-1)).toMatchObject({ kind: "code", text: "code" });
});

test("tables keep their columns, with rows too short or too long", () => {
  const [table] = parseMarkdown("| a | b |\n|:-:|--:|\n| 1 |\n| 1 | x \\| y | 3 |") as [Extract<Block, { kind: "table" }>];
  expect(table.align).toEqual(["center", "right"]);
  expect(table.rows.map((row) => row.map(said))).toEqual([["1", ""], ["1", "x | y"]]); // prettier-ignore
});

test("words in bold, italics, code and links", () => {
  expect(said(inlinesOf("a **b *c*** `d*e*` ~~f~~ snake_case_name 2*3*4 \\*g\\*"))).toBe(
    "a <strong>b <emphasis>c</></> {d*e*} <struck>f</> snake_case_name 2*3*4 *g*",
  );
  expect(said(inlinesOf("[x](https://a.b/c_(d)) see https://e.f/g."))).toBe("<link>x</> see <link>https://e.f/g</>.");
});

test("what could run stays text", () => {
  for (const text of ["[x](javascript:alert(1))", "[x](JaVaScRiPt:alert)", "[x](data:text/html,y)", "[x](/api/v1/store)", "[x](//evil.example)", "[x](vbscript:y)"]) {
    expect(JSON.stringify(parseMarkdown(text))).not.toContain('"href"');
  }
  expect(said(inlinesOf("<script>alert(1)</script> <img src=x onerror=y>"))).toBe("<script>alert(1)</script> <img src=x onerror=y>");
});

test("long and deep texts come to an end", () => {
  for (const text of ["*".repeat(20_000), "> ".repeat(5_000), "- ".repeat(5_000), "[".repeat(20_000), "`".repeat(20_000), "a_b*".repeat(5_000), "![](".repeat(5000)]) {
    expect(parseMarkdown(text).length).toBeGreaterThan(0);
  }
});

test("what isn't closed is still read", () => {
  expect(parseMarkdown("```\nx")).toEqual([{ kind: "code", text: "x", language: null }]);
  expect(said(inlinesOf("**open"))).toBe("**open");
});
