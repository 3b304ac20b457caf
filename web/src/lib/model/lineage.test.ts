import { expect, test } from "vitest";

import type { LineageEdge, LineageGraph, LineageNode, RunLine } from "../api/contract";
import { layOut, ROW } from "./lineage";

const runNode = (id: string, layer: number) => ({ id, layer, run: { id, label: `run ${id}` } as RunLine, artifact: null }) satisfies LineageNode;
const fileNode = (id: string, layer: number) => ({ id, layer, run: null, artifact: { name: id, version: 0, type: null, maker: null } }) satisfies LineageNode;
const edge = (source: string, target: string, relation: LineageEdge["relation"]): LineageEdge => ({ source, target, relation });

function graphOf(nodes: LineageNode[], edges: LineageEdge[]): LineageGraph {
  return { run: "me", nodes, edges, has_more: false } as LineageGraph;
}
const sweep = (parts: number) => {
  const ids = Array.from({ length: parts }, (_, at) => `part ${at}`);
  return graphOf([runNode("me", 0), ...ids.map((id) => runNode(id, 2))], ids.map((id) => edge("me", id, "part")));
};

test("a run alone is one node", () => {
  const { placed, lines, height } = layOut(graphOf([runNode("me", 0)], []), new Set());
  expect(placed.map((one) => one.id)).toEqual(["me"]);
  expect(lines).toEqual([]);
  expect(height).toBe(ROW);
});

test("what led to it stands left of it, what came of it right, and empty layers take no room", () => {
  const graph = graphOf(
    [runNode("me", 0), fileNode("data", -1), runNode("maker", -2), runNode("child", 2)],
    [edge("data", "me", "used"), edge("maker", "data", "made"), edge("me", "child", "part")],
  );
  const { placed, lines, middle, width } = layOut(graph, new Set());
  const x = new Map(placed.map((one) => [one.id, one.x]));
  expect([...x].sort((a, b) => a[1] - b[1]).map(([id]) => id)).toEqual(["maker", "data", "me", "child"]);
  expect(lines.map((one) => one.isPart)).toEqual([false, false, true]);
  expect(lines.some((one) => one.isBack)).toBe(false);
  expect(middle).toBeGreaterThan(x.get("me")!);
  expect(width).toBeGreaterThan(x.get("child")!);
});

test("many alike are one node with one line, which opens", () => {
  const shut = layOut(sweep(200), new Set());
  expect(shut.placed.map((one) => one.fold?.text ?? one.id)).toEqual(["me", "200 parts"]);
  expect(shut.lines.length).toBe(1);
  const fold = shut.placed[1]!.fold!.id;
  const opened = layOut(sweep(200), new Set([fold]));
  expect(opened.placed.length).toBe(202);
  expect(opened.lines.length).toBe(1);
  expect(opened.placed.filter((one) => one.isWithin).length).toBe(200);
  const places = new Set(opened.placed.map((one) => `${one.x} ${one.y}`));
  expect(places.size).toBe(202); // none lies on another
});

test("few stay as they are, and what goes on from an open fold goes on from its member", () => {
  expect(layOut(sweep(6), new Set()).placed.some((one) => one.fold)).toBe(false);
  const graph = sweep(9);
  graph.nodes.push(fileNode("model", 3));
  graph.edges.push(edge("part 4", "model", "made"));
  expect(layOut(graph, new Set()).lines.length).toBe(2);
  const opened = layOut(graph, new Set(["2.0"]));
  const part = opened.placed.find((one) => one.id === "part 4")!;
  expect(opened.lines[1]!.path.startsWith(`M${part.x + part.width} ${part.y + ROW / 2}`)).toBe(true);
});

test("what goes back is told", () => {
  const graph = graphOf([runNode("me", 0), fileNode("state", -1)], [edge("state", "me", "used"), edge("me", "state", "made")]);
  expect(layOut(graph, new Set()).lines.map((one) => one.isBack)).toEqual([false, true]);
});
