// The data of a page that is one file: what was asked when it was written, and no more.
import type { CurvesQuestion, FieldPage, Problem, RunTable, SeriesPage } from "./contract";
import { decodeCurves, sliced, type Curve, type Curves } from "./curves";
import { ApiError, searchOf, type Query, type Source } from "./asking";

/** What `runlore export --format html` puts into the element `runlore-data`. */
export interface Embedded {
  version: 1;
  /** When it was written. */
  written_ms: number;
  /** Where the page begins. */
  path: string;
  /** Answers by path, and by path and query where the query matters. */
  answers: Record<string, unknown>;
  /** The runs with all of their columns. */
  table: RunTable;
  /** Curves by what x is: as the server answers them, packed with gzip, in base64. */
  curves: Partial<Record<string, string>>;
}

export class EmbeddedSource implements Source {
  readonly isLive = false;
  readonly #data: Embedded;
  readonly #curves = new Map<string, Promise<Map<string, Curve>>>();

  constructor(data: Embedded) {
    this.#data = data;
  }

  get<T>(path: string, query: Query = {}): Promise<T> {
    const { answers } = this.#data;
    const answer = path === "/runs" ? this.#table(query) : (answers[path + searchOf(query)] ?? answers[path]);
    if (answer === undefined) return Promise.reject(notHere());
    return Promise.resolve(sought(structuredClone(answer), query) as T);
  }

  post<T>(): Promise<T> {
    return Promise.reject(notHere());
  }

  async curves(asked: CurvesQuestion): Promise<Curves> {
    const known = await this.#decoded(asked.x);
    const curves = asked.curves.flatMap(({ run, label }) => {
      const curve = known.get(`${run} ${label}`);
      return curve ? [sliced(curve, asked.from ?? null, asked.to ?? null)] : [];
    });
    const firsts = curves.flatMap((one) => (one.xFirst.length ? [one.xFirst[0] ?? 0] : []));
    const lasts = curves.flatMap((one) => (one.xLast.length ? [one.xLast.at(-1) ?? 0] : []));
    const from = asked.from ?? (firsts.length ? Math.min(...firsts) : null);
    const to = asked.to ?? (lasts.length ? Math.max(...lasts) : null);
    return { x: asked.x, from, to, curves };
  }

  fileUrl(): string {
    return "about:blank"; // files stay in the store
  }

  #table(query: Query): RunTable {
    const { table } = this.#data;
    const names = typeof query["columns"] === "string" ? query["columns"].split(",") : [];
    const places = names.map((name) => table.columns.findIndex((one) => one.name === name));
    const ids = typeof query["ids"] === "string" && query["ids"] ? new Set(query["ids"].split(",")) : null;
    const rows = table.rows.filter((row) => ids === null || ids.has(row.id));
    return {
      ...table,
      columns: names.map((name, at) => table.columns[places[at] ?? -1] ?? { name, kind: "text", unit: null, direction: null, alias: null }),
      rows: rows.map((row) => ({ ...row, values: places.map((place) => row.values[place] ?? null) })),
      total: rows.length,
    };
  }

  #decoded(x: string): Promise<Map<string, Curve>> {
    const text = this.#data.curves[x];
    if (text === undefined) return Promise.reject(notHere());
    const known = this.#curves.get(x) ?? unpacked(text);
    this.#curves.set(x, known);
    return known;
  }
}

/** Of a list that is here as a whole, what was asked for: names that match, of a group. */
function sought(answer: unknown, { group, search }: Query): unknown {
  const { items } = answer as Partial<FieldPage & SeriesPage>;
  if (!Array.isArray(items) || !(group || search)) return answer;
  const text = String(search ?? "").toLowerCase();
  const fits = patternOf(text);
  const found = (items as { name: string; label?: string; group?: string }[]).filter(
    (one) => (!group || one.group === group) && fits((one.label ?? one.name).toLowerCase()),
  );
  return { ...(answer as object), items: found, total: found.length, next: null };
}

function patternOf(text: string): (name: string) => boolean {
  try {
    const pattern = new RegExp(text);
    return (name) => pattern.test(name) || name.includes(text);
  } catch {
    return (name) => name.includes(text);
  }
}

async function unpacked(text: string): Promise<Map<string, Curve>> {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  const { curves } = decodeCurves(await new Response(stream).arrayBuffer());
  return new Map(curves.map((one) => [`${one.run} ${one.label}`, one]));
}

function notHere(): ApiError {
  const problem: Problem["error"] = {
    code: "not_embedded",
    message: "this is not in this file",
    hint: "the store that it was made from has it: runlore ui",
    span: null,
    suggestion: null,
  };
  return new ApiError(404, problem);
}
