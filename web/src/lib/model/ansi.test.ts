import { expect, test } from "vitest";

import { isPlain, markedPieces, piecesOf, plainOf } from "./ansi";

const ESC = "\u001b[";
const look = (line: string) => piecesOf(line).map(({ text, style }) => [text, style.colour, style.ground]);

test("a line without colours is one plain piece, an empty one none", () => {
  expect(piecesOf("hello")).toHaveLength(1);
  expect(isPlain(piecesOf("hello")[0]!.style)).toBe(true);
  expect(piecesOf("")).toEqual([]);
});

test("colours begin and end where they say", () => {
  expect(look(`a${ESC}31mb${ESC}92;44mc${ESC}0md`)).toEqual([["a", null, null], ["b", 1, null], ["c", 10, 4], ["d", null, null]]);
  expect(look(`${ESC}31mred${ESC}39mnot`)).toEqual([["red", 1, null], ["not", null, null]]);
  expect(look(`${ESC}31mred${ESC}mnot`)[1]).toEqual(["not", null, null]);
});

test("256 colours and all colours, with semicolons and colons", () => {
  expect(look(`${ESC}38;5;208mx`)).toEqual([["x", "#ff8700", null]]);
  expect(look(`${ESC}38;5;9mx`)).toEqual([["x", 9, null]]);
  expect(look(`${ESC}48;5;255mx`)).toEqual([["x", null, "#eeeeee"]]);
  expect(look(`${ESC}48;2;20;90;60;31mx`)).toEqual([["x", 1, "#145a3c"]]);
  expect(look(`${ESC}38:2::20:90:60mx`)).toEqual([["x", "#145a3c", null]]);
  expect(look(`${ESC}38;2;999mx`)).toEqual([["x", "#ff0000", null]]);
  expect(look(`${ESC}38;7mx`)).toEqual([["x", null, null]]);
});

test("styles add up and are taken back one by one", () => {
  const [bold, both, one] = piecesOf(`${ESC}1ma${ESC}3;4mb${ESC}22mc`).map((piece) => piece.style);
  expect(bold).toMatchObject({ isBold: true, isItalic: false });
  expect(both).toMatchObject({ isBold: true, isItalic: true, isUnderlined: true });
  expect(one).toMatchObject({ isBold: false, isItalic: true });
});

test("other sequences are not shown, and broken ones do no harm", () => {
  expect(plainOf(`a${ESC}2Kb${ESC}31mc\u001b`)).toBe("abc");
  expect(piecesOf(`a${ESC}31`).map((piece) => piece.text)).toEqual(["a"]);
  expect(plainOf("<b>not markup</b>")).toBe("<b>not markup</b>");
});

test("what is searched for is marked, across colours and in any case", () => {
  const marked = (line: string, search: string) => markedPieces(piecesOf(line), search).map((one) => (one.isMarked ? `[${one.text}]` : one.text)).join("|");
  expect(marked("a Loss b loss", "loss")).toBe("a |[Loss]| b |[loss]");
  expect(marked(`lo${ESC}31mss x`, "LOSS")).toBe("[lo]|[ss]| x");
  expect(marked("aaa", "aa")).toBe("[aa]|a");
  expect(marked("none", "")).toBe("none");
  expect(marked("none", "loss")).toBe("none");
});
