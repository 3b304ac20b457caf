// Where runs and artifacts of a lineage stand: layers from left to right, many alike folded into one.
import type { LineageGraph, LineageNode } from "../api/contract";

export const ROW = 28;
const GAP = 6; // between two of a layer
const BETWEEN = 44; // between layers
const NARROWEST = 90;
const WIDEST = 230;
const LETTER = 7.3; // the width of a usual one
const BESIDE_NAME = 66; // swatch, version or state, and padding
const MOST_ALONE = 6; // more than these that are alike are folded
const MIDDLE = 420; // what is low stands in the middle of so much

/** Nodes that hang on the same others in the same way; its id names its place, for addresses. */
export interface Fold {
  id: string;
  nodes: LineageNode[];
  isOpen: boolean;
  text: string;
}

export interface Placed {
  id: string;
  layer: number;
  x: number;
  y: number;
  width: number;
  /** One of a fold that is open. */
  isWithin: boolean;
  node: LineageNode | null;
  fold: Fold | null;
}

export interface Line {
  id: string;
  path: string;
  isPart: boolean;
  /** From right to left, which needs saying. */
  isBack: boolean;
}

export interface LineageLayout {
  placed: Placed[];
  lines: Line[];
  width: number;
  height: number;
  /** Where the run in the middle stands. */
  middle: number;
}

export function nameOf(node: LineageNode): string {
  return node.run?.label ?? node.artifact?.name ?? node.id;
}

/** Place all of a lineage; `open` are ids of folds. */
export function layOut(graph: LineageGraph, open: ReadonlySet<string>): LineageLayout {
  const layers = [...new Set(graph.nodes.map((node) => node.layer))].sort((a, b) => a - b);
  const joined = neighbours(graph);
  const known: Known = { standsFor: new Map(), rowOf: new Map() };
  const placed = new Map<number, Placed[]>();
  // From the middle outwards, so that each finds what it hangs on already in its place.
  for (const layer of [...layers].sort((a, b) => Math.abs(a) - Math.abs(b) || a - b)) {
    const own = graph.nodes.filter((node) => node.layer === layer);
    placed.set(layer, oneLayer(layer, own, joined, known, open));
  }
  return measured(graph, layers.map((layer) => placed.get(layer)!), known.standsFor);
}

interface Known {
  /** The fold a node is in, as it is seen from the middle. */
  standsFor: Map<string, string>;
  /** How far down nodes and folds stand in their layers. */
  rowOf: Map<string, number>;
}

function oneLayer(layer: number, own: LineageNode[], joined: Neighbours, known: Known, open: ReadonlySet<string>): Placed[] {
  const placed: Placed[] = [];
  const place = (id: string, node: LineageNode | null, fold: Fold | null, isWithin = false) => {
    known.rowOf.set(id, placed.length);
    placed.push({ id, layer, x: 0, y: 0, width: 0, isWithin, node, fold });
  };
  let folds = 0;
  for (const nodes of blocksOf(layer, own, joined, known)) {
    if (nodes.length === 1) {
      place(nodes[0]!.id, nodes[0]!, null);
      continue;
    }
    const id = `${layer}.${folds++}`;
    const isOpen = open.has(id);
    place(id, null, { id, nodes, isOpen, text: foldText(nodes, joined) });
    for (const node of nodes) known.standsFor.set(node.id, id);
    if (isOpen) for (const node of nodes) place(node.id, node, null, true);
  }
  return placed;
}

/** The nodes of a layer, many alike in one block, each near what it hangs on. */
function blocksOf(layer: number, own: LineageNode[], joined: Neighbours, known: Known): LineageNode[][] {
  const seen = (id: string) => known.standsFor.get(id) ?? id;
  const alike = new Map<string, LineageNode[]>();
  for (const node of own) {
    const nearer = (joined.of.get(node.id) ?? []).filter(({ id }) => Math.abs(joined.layers.get(id) ?? Infinity) < Math.abs(layer));
    const kin = new Set(nearer.map(({ id, as }) => `${as} ${seen(id)}`));
    const key = `${node.run ? "run" : "artifact"} ${[...kin].sort().join("|")}`;
    alike.set(key, [...(alike.get(key) ?? []), node]);
  }
  const blocks = [...alike.values()].flatMap((nodes) => (nodes.length > MOST_ALONE ? [nodes] : nodes.map((one) => [one])));
  const rowOf = ([first]: LineageNode[]) => mean((joined.of.get(first!.id) ?? []).flatMap(({ id }) => known.rowOf.get(seen(id)) ?? []));
  return blocks
    .map((nodes) => ({ nodes, row: rowOf(nodes) }))
    .sort((a, b) => a.row - b.row)
    .map(({ nodes }) => nodes);
}

interface Neighbours {
  layers: Map<string, number>;
  of: Map<string, { id: string; as: string }[]>;
}

function neighbours(graph: LineageGraph): Neighbours {
  const of: Neighbours["of"] = new Map();
  const add = (from: string, id: string, as: string) => of.set(from, [...(of.get(from) ?? []), { id, as }]);
  for (const { source, target, relation } of graph.edges) {
    add(source, target, `${relation} >`);
    add(target, source, `${relation} <`);
  }
  return { layers: new Map(graph.nodes.map((node) => [node.id, node.layer])), of };
}

function foldText(nodes: LineageNode[], joined: Neighbours): string {
  const first = nodes[0]!;
  if (first.artifact) return `${nodes.length} artifacts`;
  const isPart = joined.of.get(first.id)?.some(({ as }) => as === "part <");
  return `${nodes.length} ${isPart ? "parts" : "runs"}`;
}

function measured(graph: LineageGraph, layers: Placed[][], standsFor: Map<string, string>): LineageLayout {
  const heights = layers.map((placed) => placed.length * (ROW + GAP) - GAP);
  const height = Math.max(...heights);
  let x = 0;
  let middle = 0;
  layers.forEach((placed, at) => {
    const letters = Math.max(...placed.map((one) => (one.node ? nameOf(one.node).length : one.fold!.text.length)));
    const width = Math.round(Math.min(WIDEST, Math.max(NARROWEST, letters * LETTER + BESIDE_NAME)));
    const top = Math.max(0, (Math.min(height, MIDDLE) - heights[at]!) / 2);
    placed.forEach((one, row) => Object.assign(one, { x, y: Math.round(top + row * (ROW + GAP)), width }));
    if (placed.some((one) => one.id === graph.run)) middle = x + width / 2;
    x += width + BETWEEN;
  });
  const placed = layers.flat();
  return { placed, lines: linesBetween(graph, placed, standsFor), width: x - BETWEEN, height, middle };
}

/** One line for each pair that is seen; what is folded is drawn to its fold. */
function linesBetween(graph: LineageGraph, placed: Placed[], standsFor: Map<string, string>): Line[] {
  const byId = new Map(placed.map((one) => [one.id, one]));
  const layerOf = new Map(graph.nodes.map((node) => [node.id, node.layer]));
  const seen = (id: string, other: string): Placed | undefined => {
    const fold = standsFor.get(id);
    const own = byId.get(id);
    if (fold === undefined) return own;
    const head = byId.get(fold);
    // An open fold takes what comes from the middle; what goes on from one of it goes on from that one.
    const isFromMiddle = Math.abs(layerOf.get(other) ?? 0) < Math.abs(layerOf.get(id) ?? 0);
    return own && !isFromMiddle ? own : head;
  };
  const lines = new Map<string, Line>();
  for (const { source, target, relation } of graph.edges) {
    const from = seen(source, target);
    const to = seen(target, source);
    if (!from || !to) continue;
    const id = `${from.id} ${to.id} ${relation === "part"}`;
    lines.set(id, { id, path: pathOf(from, to), isPart: relation === "part", isBack: to.x <= from.x });
  }
  return [...lines.values()];
}

function pathOf(from: Placed, to: Placed): string {
  const [fromY, toY] = [from.y + ROW / 2, to.y + ROW / 2];
  if (to.x > from.x) {
    const [begin, end] = [from.x + from.width, to.x];
    const bend = Math.min(BETWEEN * 0.6, (end - begin) / 2);
    // Past layers between it runs level with what it comes from.
    return `M${begin} ${fromY}H${Math.max(begin, end - BETWEEN)}C${end - BETWEEN + bend} ${fromY} ${end - bend} ${toY} ${end} ${toY}`;
  }
  const begin = to.x === from.x ? from.x + from.width : from.x;
  const end = to.x + to.width;
  const bend = to.x === from.x ? BETWEEN * 0.7 : -BETWEEN * 0.6;
  return `M${begin} ${fromY}C${begin + bend} ${fromY} ${end + Math.abs(bend)} ${toY} ${end} ${toY}`;
}

function mean(values: number[]): number {
  return values.length ? values.reduce((sum, one) => sum + one, 0) / values.length : 0;
}
