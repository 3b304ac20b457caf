import { afterEach, beforeEach, expect, test, vi } from "vitest";

import type { Completion } from "../api/contract";
import { Completing } from "./completing.svelte";

const answers: ((found: Completion) => void)[] = [];
const asked: string[] = [];
const made = () =>
  new Completing((text) => {
    asked.push(text);
    return new Promise((resolve) => answers.push(resolve));
  });
const offer = (text: string): Completion => ({ items: [{ text, label: text, detail: "" }], span: [0, 3] });
const answer = async (found: Completion) => {
  answers.shift()?.(found);
  await vi.advanceTimersByTimeAsync(0);
};

beforeEach(() => {
  vi.useFakeTimers();
  answers.length = asked.length = 0;
});
afterEach(() => vi.useRealTimers());

test("while one types on nothing is asked, and then about all of it", async () => {
  const completing = made();
  void completing.ask("p", 1);
  void completing.ask("pa", 2);
  void completing.ask("par", 3);
  expect(asked).toEqual([]);
  await vi.runAllTimersAsync();
  expect(asked).toEqual(["par"]);
  await answer(offer("params."));
  expect(completing.take("params.", "par")).toEqual({ text: "params.", caret: 7 });
  expect(completing.offered).toBeNull();
});

test("what was offered for a text isn't put into another one", async () => {
  const completing = made();
  void completing.ask("par", 3, true);
  await answer(offer("params."));
  expect(completing.take("params.", "params.lr > 3")).toBeNull();
});

test("closed, it stays so whatever was on its way or about to be asked", async () => {
  const completing = made();
  void completing.ask("par", 3, true);
  completing.close();
  await answer(offer("params."));
  expect(completing.offered).toBeNull();
  void completing.ask("par", 3);
  completing.close();
  await vi.runAllTimersAsync();
  expect(asked).toEqual(["par"]);
});

test("an answer that comes late doesn't take the place of a newer one", async () => {
  const completing = made();
  void completing.ask("par", 3, true);
  void completing.ask("tag", 3, true);
  await answer(offer("params."));
  expect(completing.offered).toBeNull();
  await answer(offer("tags"));
  expect(completing.offered?.items[0]?.text).toBe("tags");
});

test("keys go round", async () => {
  const completing = made();
  void completing.ask("x", 1, true);
  await answer({ items: ["a", "b"].map((text) => ({ text, label: text, detail: "" })), span: [0, 1] });
  completing.choose(-1);
  expect(completing.chosen).toBe(1);
  completing.choose(1);
  expect(completing.chosen).toBe(0);
});
