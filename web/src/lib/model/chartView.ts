// How charts are looked at, as the address has it. Keys, all left out where nothing was chosen:
//   x     step | relative | time | metric:NAME          x of all charts
//   xm    LABEL~X,…                                      x of single charts
//   sm    0..0.999                                       smoothing
//   band  std | ci | range | runs                        how groups are drawn; runs: each run for itself
//   ly    LABEL,…    lx  LABEL,… (or * for all)          log axes
//   rob   1                                              y without its outliers
//   z     X~FROM..TO,…                                   what part of each kind of x is seen
//   pin   LABEL,…                                        charts that stand first
//   cs    REGEX                                          which charts
//   shut  PREFIX,…                                       sections that are closed
//   full  LABEL                                          the chart that fills the screen
// In lists "," "~" and "%" of names are percent-encoded.
import type { BandKind } from "./groups";
import type { Range } from "./ranges";

export type XKind = "step" | "relative" | "time" | `metric:${string}`;

export interface ChartView {
  x: XKind;
  xOf: ReadonlyMap<string, XKind>;
  smoothing: number;
  band: BandKind | "runs";
  logY: ReadonlySet<string>;
  logX: ReadonlySet<string>;
  isRobust: boolean;
  zooms: ReadonlyMap<XKind, Range>;
  pinned: readonly string[];
  search: string;
  closed: ReadonlySet<string>;
  full: string | null;
}

export const ALL = "*";

export const escaped = (text: string) => text.replace(/[%,~]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);
export const unescaped = (text: string) => text.replace(/%(25|2C|7E)/g, (_, code: string) => String.fromCharCode(parseInt(code, 16)));

export function parseList(text: string | null): string[] {
  return text ? text.split(",").map(unescaped) : [];
}

export function printList(items: Iterable<string>): string | null {
  return [...items].map(escaped).join(",") || null;
}

function parseX(text: string | null | undefined): XKind | null {
  if (text === "step" || text === "relative" || text === "time") return text;
  return text?.startsWith("metric:") && text.length > 7 ? (text as XKind) : null;
}

function parseZoom(text: string | null): Range | null {
  const parts = (text ?? "").split("..");
  const [from, to] = parts.map(Number);
  return parts.length === 2 && parts.every((part) => part.trim() !== "") && Number.isFinite(from) && Number.isFinite(to) && to! > from!
    ? { from: from!, to: to! }
    : null;
}

function parseZooms(text: string | null): Map<XKind, Range> {
  const zooms = new Map<XKind, Range>();
  for (const pair of (text ?? "").split(",")) {
    const [x, range] = pair.split("~");
    const kind = parseX(unescaped(x ?? ""));
    const zoom = parseZoom(range ?? null);
    if (kind && zoom) zooms.set(kind, zoom);
  }
  return zooms;
}

/** The zooms with that of one x changed, or taken out. */
export function zoomed(zooms: ReadonlyMap<XKind, Range>, x: XKind, zoom: Range | null): Map<XKind, Range> {
  const next = new Map(zooms);
  if (zoom) next.set(x, zoom);
  else next.delete(x);
  return next;
}

/** Read the view out of an address; what makes no sense there counts as not given. */
export function parseChartView(get: (key: string) => string | null): ChartView {
  const smoothing = Number(get("sm"));
  const band = get("band");
  const pairs = (get("xm") ?? "").split(",").map((pair) => pair.split("~"));
  return {
    x: parseX(get("x")) ?? "step",
    xOf: new Map(
      pairs.flatMap(([label, x]): [string, XKind][] => {
        const kind = x === undefined ? null : parseX(unescaped(x));
        return label && kind ? [[unescaped(label), kind]] : [];
      }),
    ),
    smoothing: smoothing > 0 && smoothing < 1 ? Math.min(smoothing, 0.999) : 0,
    band: band === "ci" || band === "range" || band === "runs" ? band : "std",
    logY: new Set(parseList(get("ly"))),
    logX: new Set(parseList(get("lx"))),
    isRobust: get("rob") === "1",
    zooms: parseZooms(get("z")),
    pinned: parseList(get("pin")),
    search: get("cs") ?? "",
    closed: new Set(parseList(get("shut"))),
    full: get("full"),
  };
}

/** What to write into the address for parts of the view that changed. */
export function printChartView(changed: Partial<ChartView>): Record<string, string | null> {
  const out: Record<string, string | null> = {};
  if (changed.x !== undefined) out["x"] = changed.x === "step" ? null : changed.x;
  if (changed.xOf !== undefined) out["xm"] = [...changed.xOf].map(([label, x]) => `${escaped(label)}~${escaped(x)}`).join(",") || null;
  if (changed.smoothing !== undefined) out["sm"] = changed.smoothing > 0 ? String(changed.smoothing) : null;
  if (changed.band !== undefined) out["band"] = changed.band === "std" ? null : changed.band;
  if (changed.logY !== undefined) out["ly"] = printList(changed.logY);
  if (changed.logX !== undefined) out["lx"] = printList(changed.logX);
  if (changed.isRobust !== undefined) out["rob"] = changed.isRobust ? "1" : null;
  if (changed.zooms !== undefined) {
    out["z"] = [...changed.zooms].map(([x, zoom]) => `${escaped(x)}~${shortest(zoom.from)}..${shortest(zoom.to)}`).join(",") || null;
  }
  if (changed.pinned !== undefined) out["pin"] = printList(changed.pinned);
  if (changed.search !== undefined) out["cs"] = changed.search || null;
  if (changed.closed !== undefined) out["shut"] = printList(changed.closed);
  if (changed.full !== undefined) out["full"] = changed.full;
  return out;
}

/** A pixel is far wider than what nine digits leave out. */
const shortest = (value: number) => String(Number(value.toPrecision(Math.abs(value) >= 1e9 ? 15 : 9)));

/** Whether `label` is in a set that may say "all". */
export const has = (set: ReadonlySet<string>, label: string) => set.has(label) !== set.has(ALL);

/** The set with `label` the other way round. */
export function toggled(set: ReadonlySet<string>, label: string): Set<string> {
  const next = new Set(set);
  if (!next.delete(label)) next.add(label);
  return next;
}
