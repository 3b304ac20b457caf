import { expect, test } from "vitest";

import { csvOfTable, fitted, markdownOfTable } from "./drawing";

const table = { columns: [{ title: "run" }, { title: "loss", isNumber: true }], rows: [['=HYPERLINK("x")', "-0.5"], ["a|b,c", "NaN"]] };

test("CSV keeps numbers as they are and runs nothing in a spreadsheet", () => {
  expect(csvOfTable(table)).toBe('run,loss\n"\'=HYPERLINK(""x"")",-0.5\n"a|b,c",NaN\n');
});

test("Markdown holds its columns whatever names have in them", () => {
  expect(markdownOfTable(table).split("\n")).toEqual(["| run | loss |", "| --- | ---: |", '| =HYPERLINK("x") | -0.5 |', "| a\\|b,c | NaN |"]);
});

test("long names are cut in their middle", () => {
  expect(fitted("short", 60)).toBe("short");
  expect(fitted("abcdefghijklmnop", 48)).toBe("abc…mnop");
});
