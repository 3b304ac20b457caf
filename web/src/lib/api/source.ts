// Where the page's data come from: the server, or the file itself where it was exported into one.
import type { CurvesQuestion, Problem } from "./contract";
import { decodeCurves, type Curves } from "./curves";

export type Query = Record<string, string | number | boolean | null | undefined>;

/** What the server refused, in its words; `isOffline` where it couldn't be asked at all. */
export class ApiError extends Error {
  readonly code: string;
  readonly hint: string | null;
  readonly span: [number, number] | null;
  readonly suggestion: string | null;
  readonly status: number;

  constructor(status: number, problem: Problem["error"]) {
    super(problem.message);
    this.name = "ApiError";
    this.status = status;
    this.code = problem.code;
    this.hint = problem.hint;
    this.span = problem.span;
    this.suggestion = problem.suggestion;
  }

  get isOffline(): boolean {
    return this.status === 0;
  }
}

export interface Source {
  /** Whether it can change while one looks. */
  readonly isLive: boolean;
  get<T>(path: string, query?: Query, signal?: AbortSignal): Promise<T>;
  post<T>(path: string, body: unknown): Promise<T>;
  curves(question: CurvesQuestion, signal?: AbortSignal): Promise<Curves>;
  /** The address of a file that an answer names. */
  fileUrl(path: string): string;
}

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
    const response = await answered(`${BASE}/curves`, { ...question(asked), signal: signal ?? null });
    return decodeCurves(await response.arrayBuffer());
  }

  fileUrl(path: string): string {
    return path.startsWith("/") ? path : `${BASE}/${path}`;
  }
}

export function searchOf(query: Query): string {
  const given = Object.entries(query).filter(([, value]) => value !== null && value !== undefined && value !== "");
  const text = new URLSearchParams(given.map(([key, value]) => [key, String(value)])).toString();
  return text ? `?${text}` : "";
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

export const source: Source = new ServerSource();
