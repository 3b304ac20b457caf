// How a run is looked at, as the address has it; charts add their own keys (chartView.ts). Left out where nothing was chosen:
//   name  NAME                 media: which
//   step  NUMBER               media: at which step; the last one if left out
//   ctx   CONTEXT              media: of which context
//   with  RUN,…                media: beside which runs
//   file  PATH   v  ID         artifacts: which file, and which version of it
//   s     TEXT                 console: what is looked for
//   io    stdout | stderr      console: which stream
//   rank  NUMBER               console: of which process
//   line  NUMBER               console: which line
//   at    1                    console: with times
//   find  TEXT                 overview: which params, metrics, packages
//   cut   PATH,…               code: files that are folded
//   lin   list                 overview: the lineage as a list instead of a graph
//   lo    FOLD,…               overview: what is open in the graph of the lineage
import { parseList, printList } from "./chartView";

export const TABS = ["overview", "curves", "media", "system", "console", "artifacts", "code"] as const;
/** Those that a page which is one file holds. */
export const FILE_TABS = ["overview", "curves"] as const satisfies readonly (typeof TABS)[number][];
export type Tab = (typeof TABS)[number];

export interface RunAddress {
  name: string | null;
  step: number | null;
  context: string | null;
  beside: readonly string[];
  file: string | null;
  version: string | null;
  search: string;
  stream: "stdout" | "stderr" | null;
  rank: number | null;
  line: number | null;
  hasTimes: boolean;
  find: string;
  folded: readonly string[];
  isLineageList: boolean;
  open: readonly string[];
}

export function isTab(text: string): text is Tab {
  return (TABS as readonly string[]).includes(text);
}

/** Read the view out of an address; what makes no sense there counts as not given. */
export function parseRunView(get: (key: string) => string | null): RunAddress {
  const stream = get("io");
  return {
    name: get("name"),
    step: whole(get("step")),
    context: get("ctx"),
    beside: parseList(get("with")),
    file: get("file"),
    version: get("v"),
    search: get("s") ?? "",
    stream: stream === "stdout" || stream === "stderr" ? stream : null,
    rank: whole(get("rank")),
    line: whole(get("line")),
    hasTimes: get("at") === "1",
    find: get("find") ?? "",
    folded: parseList(get("cut")),
    isLineageList: get("lin") === "list",
    open: parseList(get("lo")),
  };
}

/** What to write into the address for parts of the view that changed. */
export function printRunView(changed: Partial<RunAddress>): Record<string, string | null> {
  const out: Record<string, string | null> = {};
  if (changed.name !== undefined) out["name"] = changed.name;
  if (changed.step !== undefined) out["step"] = changed.step?.toString() ?? null;
  if (changed.context !== undefined) out["ctx"] = changed.context;
  if (changed.beside !== undefined) out["with"] = printList(changed.beside);
  if (changed.file !== undefined) out["file"] = changed.file;
  if (changed.version !== undefined) out["v"] = changed.version;
  if (changed.search !== undefined) out["s"] = changed.search || null;
  if (changed.stream !== undefined) out["io"] = changed.stream;
  if (changed.rank !== undefined) out["rank"] = changed.rank?.toString() ?? null;
  if (changed.line !== undefined) out["line"] = changed.line?.toString() ?? null;
  if (changed.hasTimes !== undefined) out["at"] = changed.hasTimes ? "1" : null;
  if (changed.find !== undefined) out["find"] = changed.find || null;
  if (changed.folded !== undefined) out["cut"] = printList(changed.folded);
  if (changed.isLineageList !== undefined) out["lin"] = changed.isLineageList ? "list" : null;
  if (changed.open !== undefined) out["lo"] = printList(changed.open);
  return out;
}

function whole(text: string | null): number | null {
  return text !== null && /^-?\d{1,15}$/.test(text) ? Number(text) : null;
}
