// Groups made of the curves of an answer once, however often they are looked at: zooming, smoothing and other bands take them from here.
import type { Line } from "../model/buckets";
import { groupLine, memberOf, memberWithin, placesOf, splicedGroup, type BandKind, type GroupLine } from "../model/groups";
import type { Range } from "../model/ranges";
import type { SceneLine } from "./scene";

interface Made {
  /** What it was made of: the very rows, and how. */
  lines: readonly Line[];
  how: string;
  line: GroupLine;
}

/** By the first of their lines: an answer that is gone takes what was made of it along. */
const made = new WeakMap<Line, Made[]>();
const MOST_WAYS = 6;

function once(lines: readonly Line[], how: string, make: () => GroupLine): GroupLine {
  const first = lines[0]!;
  const ways = made.get(first) ?? [];
  const known = ways.find((one) => one.how === how && one.lines.length === lines.length && one.lines.every((line, at) => line === lines[at]));
  if (known) return known.line;
  const line = make();
  made.set(first, [{ lines, how, line }, ...ways].slice(0, MOST_WAYS));
  return line;
}

/** Mean and band of members over `span`, finer where they have finer rows. */
export function groupOfMembers(members: readonly SceneLine[], kind: BandKind, span: Range, buckets: number): GroupLine {
  const rows = members.map((one) => one.coarse);
  const coarse = once(rows, `${kind} ${span.from} ${span.to} ${buckets}`, () => groupLine(rows.map(memberOf), placesOf(rows, span.from, span.to, buckets), kind));
  if (!members.some((one) => one.fine)) return coarse;
  const { from, to } = members.find((one) => one.fine)!.window;
  const fineRows = members.map((one) => one.fine ?? one.coarse);
  const isExact = rows.every((line) => line.isRaw);
  return once([...fineRows, ...rows], `${kind} ${from} ${to} ${buckets}`, () => {
    const within = members.map((one) => (one.fine ? memberWithin(one.fine, one.coarse, from, to) : memberOf(one.coarse)));
    const fine = groupLine(within, placesOf(fineRows, from, to, buckets), kind);
    return splicedGroup(coarse, fine, from, to, isExact ? 0 : (span.to - span.from) / buckets);
  });
}
