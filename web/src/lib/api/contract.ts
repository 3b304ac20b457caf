// The contract of /api/v1 between src/runlore/server (pydantic models of these very names) and web/.
// Times: integer milliseconds UTC. Run ids: 32 hex digits; {run} in a path also takes a unique short id.
// A JSON number that isn't finite is the string "NaN", "Infinity" or "-Infinity".
export type Num = number | "NaN" | "Infinity" | "-Infinity";
export type Status = "running" | "finished" | "failed" | "stopped" | "crashed" | "unknown";

// Every error of every route, 404 of unknown routes, 405 and 422 included:
export interface Problem { error: { code: string; message: string; hint: string | null;
  span: [number, number] | null /* where in a filter, in UTF-16 units */; suggestion: string | null } }

export interface Freshness { is_current: boolean; behind_points: number; cursor: string /* as events know it */; problems: number }

// GET /store
export interface Store { id: string; path: string; name: string; version: string; projects: string[];
  runs: number; archived: number; deleted: number; is_writable: boolean; freshness: Freshness; actor: string }

// ---- experiments: GET /experiments?q=&state=&limit=&cursor= -------------------------------------
export interface ExperimentPage { items: ExperimentCard[]; total: number; next: string | null; freshness: Freshness }
export interface ExperimentCard { name: string; project: string | null; question: string | null /* goal of its runs */;
  state: "open" | "running"; /* "decided" comes later */ runs: number; statuses: Partial<Record<Status, number>>;
  metric: string | null /* label that chooses, e.g. "val_acc" or "acc[val]" */; direction: "min" | "max" | null;
  unit: string | null; leader: GroupValue | null; verdict: VerdictLine | null;
  sparkline: Num[] /* value of the metric of each run, oldest first, at most 40 */; first_ms: number | null; last_ms: number | null }
export interface GroupValue { label: string; n: number; mean: Num; std: Num | null; runs: string[] /* at most 50 */ }
export interface VerdictLine { standing: "clear" | "noise" | "untested" | "alone" | "tied" | "none"; text: string }

// GET /experiments/{name}?metric=&by=&archived=&tables=   (the name percent-encoded; "" is written "-": runs without one;
// with tables=N the groups and runs of the view come along, N lines of each; null where they don't fit: ask for them then)
export interface ExperimentView { card: ExperimentCard; metrics: MetricInfo[]; varied: VariedParam[]; seed_keys: string[];
  plan: PlanGrid | null; verdict: Verdict | null; notes: string[]; baseline: Baseline | null; data_note: string | null;
  code_note: string | null; groups: GroupTable | null; runs: RunTable | null; freshness: Freshness }
export interface MetricInfo { label: string; name: string; context: string /* "" or "val" */; runs: number; alias: string | null;
  unit: string | null; direction: "min" | "max" | null; is_load: boolean; best: Num | null }
export interface VariedParam { key: string; values: string[] /* as given, at most 30 */; count: number; is_seed: boolean }
// what was run, group x seed
export interface PlanGrid { rows: string[]; columns: string[]; row_keys: string[]; column_key: string;
  cells: { row: number; column: number; status: Status; run: string }[] }
export interface Baseline { run: string | null; group: string | null /* label */; source: "pinned" | "tag" | "name" }
export interface Verdict { metric: string; direction: "min" | "max"; by: string[]; confidence: number; is_paired: boolean;
  standing: VerdictLine["standing"]; headline: string; reasons: string[] /* sentences */; method: string | null;
  groups: VerdictGroup[] /* best first */; runs_needed: number | null; notes: string[] }
export interface VerdictGroup { label: string; key: Record<string, string>; n: number; not_finite: number; mean: Num | null; std: Num | null;
  low: Num | null; high: Num | null /* CI of the mean */; is_leader: boolean; is_baseline: boolean; runs: string[];
  difference: Num | null /* leader minus this, signed in units */; difference_low: Num | null; difference_high: Num | null;
  p_value: number | null /* after Holm */; effect: number | null; told_apart: boolean | null; obstacle: string | null;
  seconds: number | null /* mean duration */ }

// ---- runs ------------------------------------------------------------------------------------------
// GET /runs?filter=&order=metrics.val_acc%20desc&offset=0&limit=100&cursor=&columns=params.lr,metrics.loss.min&experiment=
//   &archived=false|true|any&deleted=false|true|any&ids=a,b&only_differing=false      limit <= 1000, columns <= 200
export interface RunTable { columns: Column[]; rows: RunLine[]; total: number; folded: number /* parts of others, with parts= */; offset: number; next: string | null; notes: string[]; freshness: Freshness }
export interface Column { name: string /* as in filters: params.lr, metrics.loss, metrics.loss.min, duration, user … */;
  kind: "number" | "text" | "time" | "duration" | "tags" | "boolean"; unit: string | null; direction: "min" | "max" | null; alias: string | null }
export interface RunLine { id: string; short: string; label: string; experiment: string | null; status: Status; started_ms: number | null;
  ended_ms: number | null; seconds: number | null; colour: string | null /* override "#rrggbb" */; is_archived: boolean; is_deleted: boolean;
  tags: string[]; parent: string | null; silent_seconds: number | null /* running but no sign of life so long */; parts: number /* runs within it that the table has left out */;
  values: (Cell)[] /* one per column */ }
export type Cell = Num | string | boolean | null;
// GET /runs/fields?search=&kind=&limit=&experiment=  : what columns there are
export interface FieldPage { items: { name: string; kind: Column["kind"]; group: "params" | "metrics" | "attributes" | "tags" | "context"; runs: number | null;
  unit: string | null; direction: "min" | "max" | null; alias: string | null }[]; total: number; next: string | null }
// GET /filters/complete?text=&at=   (at: UTF-16 caret)
export interface Completion { items: { text: string /* the whole replacement of span */; label: string; detail: string }[]; span: [number, number] }
// GET /groups?filter=&by=all-but-seed|params.a,params.b&metrics=&order=&experiment=&limit=&offset=
export interface GroupTable { by: string[]; metrics: string[]; rows: { label: string; key: Record<string, string>; n: number; runs: string[];
  metrics: Record<string, { n: number; mean: Num | null; std: Num | null; min: Num | null; max: Num | null; low: Num | null; high: Num | null }> }[];
  total: number; next: string | null; notes: string[]; freshness: Freshness }

// GET /runs/{run}
export interface RunView { line: RunLine; project: string | null; goal: string | null; reason: string | null;
  error: { type: string; message: string; traceback: string } | null; notes: { id: string; text: string; at_ms: number; author: string }[];
  params: { key: string; text: string; value: unknown; history: { text: string; at_ms: number }[] }[];
  context: Record<string, unknown> /* code, packages, machine … as recorded */; attempts: { id: string; started_ms: number | null; from_step: number | null; is_resumed: boolean }[];
  children: RunLine[]; siblings: number; inputs: LineageItem[]; outputs: LineageItem[]; problems: { kind: string; message: string }[];
  counts: { metrics: number; load: number; media: number; artifacts: number; console_lines: number; has_diff: boolean };
  warnings: string[] /* e.g. uncommitted changes that weren't kept */; reproduce: string | null; freshness: Freshness }
export interface LineageItem { artifact: string; version: number | null; type: string | null; run: string | null; label: string | null }
// GET /runs/{run}/lineage: what led to a run and what came of it, two steps from run to run each way; the run is at layer 0, runs are at even layers
export interface LineageGraph { run: string; nodes: LineageNode[]; edges: LineageEdge[]; has_more: boolean; freshness: Freshness }
export interface LineageNode { id: string; layer: number; run: RunLine | null; artifact: { name: string; version: number | null; type: string | null; maker: string | null } | null }
export interface LineageEdge { source: string; target: string; relation: "made" | "used" | "part" }
// GET /runs/{run}/metrics?search=<regex>&prefix=&load=false&limit=&cursor=
export interface SeriesPage { items: SeriesSummary[]; sections: { prefix: string; count: number }[]; total: number; next: string | null }
export interface SeriesSummary { label: string; name: string; context: string; rank: number | null; count: number; last: Num | null; last_step: number | null;
  min: Num | null; min_step: number | null; max: Num | null; max_step: number | null; mean: Num | null; nan: number; inf: number;
  alias: string | null; unit: string | null; direction: "min" | "max" | null; x: string | null /* preferred x */; is_stepped: boolean }
// GET /metrics?experiment=&runs=&search=&limit=&cursor= : names over many runs → MetricInfo
export interface MetricPage { items: MetricInfo[]; sections: { prefix: string; count: number }[]; total: number; next: string | null }
// POST /curves (a question, changes nothing) → application/vnd.runlore.curves, see curves.md
export interface CurvesQuestion { x: "step" | "relative" | "time" | `metric:${string}`; from?: number | null; to?: number | null; buckets: number /* 2..4000 */;
  columns?: ("min" | "max" | "first" | "last" | "mean")[] /* of values; all by default */;
  curves: { run: string; label: string; include_superseded?: boolean }[] /* at most 2000 */ }
// GET /runs/{run}/points?label=&from=&to=&limit=&cursor=&format=json|csv : raw points, exact
export interface Points { label: string; step: (number | null)[]; time_ms: number[]; value: Num[]; total: number; next: string | null }

// GET /runs/{run}/media?name=&search=&limit=&cursor=
export interface MediaPage { names: { name: string; type: string; count: number; first_step: number | null; last_step: number | null }[];
  items: MediaItem[]; total: number; next: string | null }
export interface MediaItem { id: string; name: string; step: number | null; context: string; type: "image" | "figure" | "table" | "text" | "audio" | "video" | "histogram" | string;
  media_type: string | null; size_bytes: number | null; url: string | null; data: unknown /* histogram, small values */; caption: string | null; at_ms: number; is_ready: boolean }
// GET /plotly: the version of plotly that draws figures in the frame at /api/v1/plotly/frame; null where none is installed
export interface PlotlyDrawing { version: string | null }
// GET /runs/{run}/console?stream=&after=<line>&before=<line>&limit=&search=&rank=   neither after nor before: the last lines; after=-1: from the first. number counts all lines of the rank (of the stream, if one is given) in printed order from 0;
//   search: literal, any case; lines holds matches only, go on with after=last
export interface ConsolePage { lines: { number: number; at_ms: number | null; stream: "stdout" | "stderr"; rank: number; text: string /* ANSI colours kept, other controls gone */; is_cut: boolean; missing: number /* lines not kept before it */ }[];
  total: number; matches: number | null; first: number; last: number; is_live: boolean }
// GET /runs/{run}/artifacts?limit=&cursor=
export interface ArtifactPage { items: ArtifactItem[]; total: number; total_bytes: number; next: string | null }
export interface ArtifactItem { id: string /* of the record: preview?path=&id= and url name a version by it */; is_current: boolean; path: string; artifact: string; version: number | null; aliases: string[]; type: string | null; direction: "output" | "input"; size_bytes: number | null;
  media_type: string | null; digest: string | null; at_ms: number; description: string | null; is_ready: boolean; url: string }
// GET /runs/{run}/preview?path=
export interface Preview { kind: "image" | "table" | "json" | "markdown" | "code" | "notebook" | "text" | "html" | "audio" | "video" | "none";
  text: string | null; language: string | null; columns: string[] | null; rows: Cell[][] | null; total_rows: number | null; cells: { kind: "markdown" | "code" | "output"; text: string; image: string | null }[] | null;
  is_cut: boolean; size_bytes: number; reason: string | null /* why there is none */ }
// ?download=true on both: as an attachment. GET /runs/{run}/files/{path}?id=, GET /runs/{run}/media/{id}: bytes; `Content-Security-Policy: sandbox`, nosniff; ranges supported; HTML only with sandbox allow-scripts
// GET /runs/{run}/diff → { text: string | null, files: {path, added, removed}[], untracked: {path, size_bytes}[], is_cut, reason }
export interface Diff { text: string | null; files: { path: string; added: number; removed: number }[]; untracked: { path: string; size_bytes: number; text: string | null }[]; is_cut: boolean; reason: string | null }

// GET /compare?runs=a,b,c&baseline=   (2..200 runs)
export interface Compare { runs: RunLine[]; params: { key: string; texts: (string | null)[]; differs: boolean }[]; context: { key: string; texts: (string | null)[]; differs: boolean }[];
  metrics: { label: string; values: (Num | null)[]; direction: "min" | "max" | null; best: number[] /* places */ }[]; data: { artifact: string; digests: (string | null)[]; differs: boolean }[];
  verdict: Verdict | null; importance: { param: string; importance: number; low: number; high: number; correlation: number | null }[] | null; importance_note: string | null }
// GET /compare/code?runs=a,b → Diff between the code of two runs

// ---- changes: each answers what undoes it; the body is JSON; Origin is checked ------------------------
export interface Done { message: string /* "Tagged 3 runs" */; runs: string[]; undo: { method: "POST"; path: string; body: unknown } | null; made: string | null /* id of the note or view that was added */ }
// POST /edits/tag {runs, added: string[], removed: string[]}      POST /edits/rename {run, name: string}   POST /edits/note {run, text}
// POST /edits/remove-note {run, note}    POST /edits/archive {runs}  /edits/unarchive {runs}  /edits/trash {runs}  /edits/restore {runs}
// POST /edits/colour {runs, colour: "#rrggbb" | null}     /edits/rename takes name: null too (no name any more)     /edits/trash takes is_forced?: boolean (running runs; else 409 run-busy)
// undo requests also use: /edits/tags {changes: {run, added: Record<string, string|null>, removed: string[]}[]}, /edits/colours {colours: Record<run, string|null>}, time_us in note and view
// POST /edits/metric {experiment: string | null, name, alias?: string|null, unit?: string|null, direction?: "min"|"max"|null}
// POST /edits/baseline {experiment, run: string | null}
// POST /edits/view {id?: string, name, page: "runs"|"experiment"|"compare"|"run", experiment: string|null, query: string}   POST /edits/remove-view {id}
// GET /views?page=&experiment= → { items: SavedView[] }
export interface SavedView { id: string; name: string; page: string; experiment: string | null; query: string; at_ms: number; author: string }

// GET /events?cursor=   text/event-stream; every message has id: <cursor>.
//   event: hello   data: {"cursor": "...", "is_gap": boolean}     is_gap: the cursor given is too old or of another index: refetch everything
//   event: changed data: {"cursor", "runs": [ids, at most 500], "has_more": bool, "is_edit": bool}
//   event: store   data: {"state": "gone" | "back" | "disk_full", "message"}
//   a comment line every 15 s keeps it open.
