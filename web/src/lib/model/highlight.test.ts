import { expect, test } from "vitest";

import { languageOf, linesOf, tokensOf } from "./highlight";

const kinds = (text: string, language: string) => tokensOf(text, language).filter((one) => one.kind !== "plain").map((one) => [one.kind, one.text]);

test("tokens together are the text, whatever it is", () => {
  for (const text of ["", "def f(x): return 'a' # b", "\"unclosed", "'''open\nend", "a\u0000é😀 \\ ` ~", "1e-3 .5 0xff 1_000", "/* open", "-- x"]) {
    for (const language of ["python", "javascript", "json", "sql", "yaml", "unknown"]) {
      expect(tokensOf(text, language).map((one) => one.text).join("")).toBe(text);
    }
  }
});

test("comments, texts, numbers, words and names of Python", () => {
  expect(kinds("def f(x=1e-3):\n  return f'a{x}'  # why", "python")).toEqual([
    ["word", "def"], ["name", "f"], ["number", "1e-3"], ["word", "return"], ["text", "f'a{x}'"], ["comment", "# why"],
  ]); // prettier-ignore
  expect(kinds('x = """a # no\n"""', "python")).toEqual([["text", '"""a # no\n"""']]);
});

test("a text over several lines stays one on each of them", () => {
  expect(linesOf('"""a\nb"""\nc', "python").map((line) => line.map((one) => one.kind))).toEqual([["text"], ["text"], ["plain"]]);
});

test("the language by a file's name", () => {
  expect([languageOf("src/a.py"), languageOf("Dockerfile"), languageOf("x.cu"), languageOf("y.bin")]).toEqual(["python", "dockerfile", "cuda", null]);
});
