import { expect, test } from "vitest";

import { called, pairsOf } from "./called";

const short = (names: string[], keys?: string[]) => called(names, keys && { keys, isAll: true }).short;

test("members of a group are called by what differs", () => {
  expect(short(["lr=0.1_model=net_seed=0", "lr=0.1_model=net_seed=1"])).toEqual(["seed=0", "seed=1"]);
  expect(short(["max_depth=12_seed=0_trees=9", "max_depth=12_seed=1_trees=9"])).toEqual(["seed=0", "seed=1"]);
  expect(short(["resnet-weight_decay=0.1-seed=0", "resnet-weight_decay=0.1-seed=1"])).toEqual(["seed=0", "seed=1"]);
  expect(short(["0.1_weight_decay=1e-4_seed=0", "0.1_weight_decay=1e-3_seed=0"])).toEqual(["0.1_weight_decay=1e-4_seed=0", "0.1_weight_decay=1e-3_seed=0"]);
});

test("what can't be told apart, or is no pair, stays as it is", () => {
  for (const names of [["lr=0.1_seed=0", "by hand"], ["seed=0", "seed=0"], ["seed=0"], [], ["a", "b"], ["=", "x=="]]) expect(short(names)).toEqual(names);
});

test("several settings that all have are values under one heading", () => {
  expect(called(["smoothing=0.1, weight_decay=0.1", "smoothing=0.2, weight_decay=0.1", "smoothing=0.2, weight_decay=0.2"], { keys: ["smoothing", "weight_decay"], isAll: true })).toEqual({
    heading: "smoothing · weight_decay",
    bare: ["0.1 · 0.1", "0.2 · 0.1", "0.2 · 0.2"],
    short: ["smoothing=0.1 · weight_decay=0.1", "smoothing=0.2 · weight_decay=0.1", "smoothing=0.2 · weight_decay=0.2"],
  });
});

test("words tell what they are without their key, and stand first", () => {
  expect(short(["model=forest", "model=network, hidden=64", "model=network, hidden=16"], ["model", "net.hidden"])).toEqual(["forest", "network · hidden=64", "network · hidden=16"]);
  expect(short(["alpha=0.1_epochs=25_model=linear_seed=0", "epochs=25_hidden=64_model=network_seed=0", "depth=12_model=forest_seed=2"])).toEqual([
    "linear · seed=0",
    "network · seed=0",
    "forest · seed=2",
  ]);
});

test("long names have no more numbers than tell them apart", () => {
  const names = ["epochs=400_hidden=256_lr=0.001_model=network_seed=0", "epochs=25_hidden=64_lr=0.002_model=network_seed=0", "epochs=25_hidden=64_lr=0.002_model=network_seed=1", "epochs=25_hidden=16_lr=0.002_model=network_seed=0", "depth=12_model=forest_seed=1"];
  expect(short(names)).toEqual(["network · hidden=256 · seed=0", "network · hidden=64 · seed=0", "network · hidden=64 · seed=1", "network · hidden=16 · seed=0", "forest · seed=1"]);
});

test("keys that are known are found in names before others are guessed", () => {
  const names = ["backbone=vit-tiny_seed=0", "backbone=vit-tiny_seed=1"];
  expect(called(names, { keys: ["net.backbone", "seed"], isAll: false }).short).toEqual(["seed=0", "seed=1"]);
  expect(called(["wd=1-seed=0", "wd=2-seed=0"], { keys: ["weight_decay", "seed"], isAll: false }).short).toEqual(["wd=1", "wd=2"]);
});

test("flags keep their key", () => {
  expect(short(["nesterov=True", "nesterov=False"], ["nesterov"])).toEqual(["nesterov=True", "nesterov=False"]);
});

test("signs of a pair within a value divide nothing", () => {
  const names = ['model=SVC(kernel="rbf", C=10)', 'model=LR(C=0.5, penalty="l2")'];
  expect(short(names, ["model"])).toEqual(['SVC(kernel="rbf", C=10)', 'LR(C=0.5, penalty="l2")']);
  expect(short(["model=LR(C=0.5, penalty=…_seed=1", "model=LR(C=0.5, penalty=…_seed=2"])).toEqual(["seed=1", "seed=2"]);
  expect(pairsOf(names[0]!)).toEqual([{ key: "model", value: 'SVC(kernel="rbf", C=10)' }]);
});

test("long names without pairs lose what they share, between words", () => {
  expect(short(["resnet18-cifar100-augmented-cosine-a1", "resnet18-cifar100-augmented-cosine-b1"])).toEqual(["a1", "b1"]);
  expect(short(["trial-001", "trial-002"])).toEqual(["trial-001", "trial-002"]);
  expect(short(["a-very-long-name-of-a-training-run-1", "a-very-long-name-of-a-training-run-2"])).toEqual(["a-very-long-name-of-a-training-run-1", "a-very-long-name-of-a-training-run-2"]);
});
