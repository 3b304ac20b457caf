// Many charts in order: sections by prefix, those that stand first, and where each lies.

export interface Named {
  label: string;
  name: string;
  is_load: boolean;
}

export interface Section<M> {
  /** What stands before the first "/"; "" for names without one. */
  prefix: string;
  title: string;
  metrics: M[];
}

export const PINNED = "pinned";
export const LOAD = "system";

/** So few charts are seen at a glance: headings between them would only push them down. */
const FEW = 12;

/** A search that takes a regular expression, and where that is none the text itself. */
export function matcherOf(search: string): { isMatch: (text: string) => boolean; error: string | null } {
  if (search === "") return { isMatch: () => true, error: null };
  try {
    const pattern = new RegExp(search, "i");
    return { isMatch: (text) => pattern.test(text), error: null };
  } catch {
    const plain = search.toLowerCase();
    return { isMatch: (text) => text.toLowerCase().includes(plain), error: "not a regular expression: searched as text" };
  }
}

const byName = new Intl.Collator("en", { numeric: true }).compare;

interface Ranked extends Named {
  direction?: "min" | "max" | null;
}

/**
 * Metrics as one looks at them: the one that leads, those that are better one way, what is measured while training,
 * the rest; within these by name, "layer_2" before "layer_10".
 */
export function inOrder<M extends Ranked>(metrics: readonly M[], leading: string | null): M[] {
  const rankOf = ({ label, direction, is_load }: M) => (label === leading ? 0 : is_load ? 5 : !direction ? 4 : /train/i.test(label) ? 3 : label.split("/").length > 2 ? 2 : 1);
  return [...metrics].sort((one, other) => rankOf(one) - rankOf(other) || byName(one.label, other.label));
}

const prefixOf = (name: string) => (name.includes("/") ? name.slice(0, name.indexOf("/")) : "");

/** Pinned ones first, then names without a prefix, prefixes in their order, and the load of the machine last. */
export function sectionsOf<M extends Named>(metrics: readonly M[], pinned: readonly string[], search: string): { sections: Section<M>[]; found: number; error: string | null } {
  const { isMatch, error } = matcherOf(search);
  const found = metrics.filter((metric) => isMatch(metric.label));
  const byPrefix = new Map<string, M[]>();
  const load: M[] = [];
  const isFlat = found.filter((metric) => !metric.is_load).length <= FEW;
  const first = new Map(found.filter((metric) => pinned.includes(metric.label)).map((metric) => [metric.label, metric]));
  for (const metric of found) {
    if (first.has(metric.label)) continue;
    if (metric.is_load) {
      load.push(metric);
      continue;
    }
    const prefix = isFlat ? "" : prefixOf(metric.name);
    const of = byPrefix.get(prefix);
    if (of) of.push(metric);
    else byPrefix.set(prefix, [metric]);
  }
  const sections: Section<M>[] = [];
  const ahead = pinned.flatMap((label) => first.get(label) ?? []);
  if (isFlat) byPrefix.set("", [...ahead.splice(0), ...(byPrefix.get("") ?? [])]);
  if (isFlat && byPrefix.get("")!.length === 0) byPrefix.delete("");
  if (ahead.length > 0) sections.push({ prefix: PINNED, title: "pinned", metrics: ahead });
  const plain = byPrefix.get("");
  byPrefix.delete("");
  if (plain) sections.push({ prefix: "", title: "metrics", metrics: plain });
  for (const [prefix, of] of byPrefix) sections.push({ prefix: `${prefix}/`, title: prefix, metrics: of });
  if (load.length > 0) sections.push({ prefix: LOAD, title: "system", metrics: load });
  return { sections, found: found.length, error };
}

export interface Sizes {
  width: number;
  chartHeight: number;
  headHeight: number;
  gap: number;
  leastWidth: number;
}

export type Placed<M> =
  | { kind: "head"; key: string; section: Section<M>; isClosed: boolean; top: number; bottom: number }
  | { kind: "chart"; key: string; metric: M; top: number; bottom: number; left: number; width: number };

/** Where all of it lies, from the top down. One section alone needs no heading. */
export function placesOfCharts<M extends Named>(sections: readonly Section<M>[], isClosed: (prefix: string) => boolean, sizes: Sizes): { places: Placed<M>[]; height: number } {
  const { width, chartHeight, headHeight, gap, leastWidth } = sizes;
  const most = Math.max(1, Math.floor((width + gap) / (leastWidth + gap)));
  const places: Placed<M>[] = [];
  let top = 0;
  for (const [at, section] of sections.entries()) {
    const closed = isClosed(section.prefix);
    if (at > 0 || section.prefix !== "" || sections.some(({ prefix }) => prefix.endsWith("/"))) {
      places.push({ kind: "head", key: `head ${section.prefix}`, section, isClosed: closed, top, bottom: top + headHeight });
      top += headHeight;
      if (closed) continue;
    }
    // Few charts take the room of a row, but none is wider than half of it.
    const columns = Math.min(most, Math.max(2, section.metrics.length));
    const wide = (width - gap * (columns - 1)) / columns;
    section.metrics.forEach((metric, place) => {
      const y = top + Math.floor(place / columns) * (chartHeight + gap);
      places.push({ kind: "chart", key: metric.label, metric, top: y, bottom: y + chartHeight, left: (place % columns) * (wide + gap), width: wide });
    });
    top += Math.ceil(section.metrics.length / columns) * (chartHeight + gap);
  }
  return { places, height: top };
}

/** Those that touch a part of the height; `places` go down. */
export function placesWithin<M>(places: readonly Placed<M>[], from: number, to: number): Placed<M>[] {
  let low = 0;
  let high = places.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (places[middle]!.bottom < from) low = middle + 1;
    else high = middle;
  }
  const out: Placed<M>[] = [];
  for (let at = low; at < places.length && places[at]!.top <= to; at++) out.push(places[at]!);
  return out;
}
