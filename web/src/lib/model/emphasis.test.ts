import { expect, test } from "vitest";

import { emphasised } from "./emphasis";

const strong = (sentence: string, words: string[]) => emphasised(sentence, words).filter((one) => one.isStrong).map((one) => one.text);

test("the leader and its value stand out, and nothing is lost", () => {
  const sentence = "Undecided: lr=0.1 has the best mean acc, 0.9704 ± 0.0016 (3 seeds each), against 0.9685 ± 0.0042 of lr=0.3";
  expect(strong(sentence, ["lr=0.1"])).toEqual(["lr=0.1", "0.9704 ± 0.0016"]);
  expect(emphasised(sentence, ["lr=0.1"]).map((one) => one.text).join("")).toBe(sentence);
});

test("words that aren't there, or lie within others, do no harm", () => {
  expect(strong("a b c", ["x", "b c", "c"])).toEqual(["b c"]);
  expect(emphasised("", ["x"])).toEqual([]);
});
