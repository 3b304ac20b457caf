// Where the page's data come from: the server, or the file itself where it was exported into one.
import { ApiError, searchOf, type Query, type Source } from "./asking";
import type { CurvesQuestion, Problem } from "./contract";
import { decodeCurves, VALUES, type Curves } from "./curves";
import { EmbeddedSource, type Embedded } from "./embedded";

export { ApiError, type Query, type Source } from "./asking";

const BASE = "/api/v1";

export class ServerSource implements Source {
  readonly isLive = true;

  async get<T>(path: string, query: Query = {}, signal?: AbortSignal): Promise<T> {
    const response = await answered(BASE + path + searchOf(query), { signal: signal ?? null });
    return (await response.json()) as T;
  }

  async post<T>(path: string, body: unknown): Promise<T> {
    const response = await answered(BASE + path, question(body));
    return (await response.json()) as T;
  }

  async curves(asked: CurvesQuestion, signal?: AbortSignal): Promise<Curves> {
    const response = await answered(`${BASE}/curves`, { ...question({ ...asked, columns: VALUES }), signal: signal ?? null });
    return decodeCurves(await response.arrayBuffer());
  }

  fileUrl(path: string): string {
    return path.startsWith("/") ? path : `${BASE}/${path}`;
  }
}

function question(body: unknown): RequestInit {
  return { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
}

async function answered(address: string, init: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(address, init);
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ApiError(0, {
      code: "offline",
      message: "the server doesn't answer",
      hint: "start it again with: runlore ui",
      span: null,
      suggestion: null,
    });
  }
  if (response.ok) return response;
  let problem: Problem | null = null;
  try {
    problem = (await response.json()) as Problem;
  } catch {
    // not from our server: a proxy in between, say
  }
  throw new ApiError(
    response.status,
    problem?.error ?? { code: "http", message: `the answer was ${response.status} ${response.statusText}`, hint: null, span: null, suggestion: null },
  );
}

/** The data that stand in this page, if it is one file. */
export const embedded: Embedded | null = read();
export const source: Source = embedded ? new EmbeddedSource(embedded) : new ServerSource();

function read(): Embedded | null {
  const text = globalThis.document?.getElementById("runlore-data")?.textContent;
  return text ? (JSON.parse(text) as Embedded) : null;
}
