// How data are asked for, whoever answers.
import type { CurvesQuestion, Problem } from "./contract";
import type { Curves } from "./curves";

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

  /** Whether a page that is one file was asked for what isn't in it. */
  get isNotInFile(): boolean {
    return this.code === "not_embedded";
  }

  /** Whether the same question may be answered later: server or store were away. */
  get isPassing(): boolean {
    return this.status === 0 || this.status >= 500;
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

export function searchOf(query: Query): string {
  const given = Object.entries(query).filter(([, value]) => value !== null && value !== undefined && value !== "");
  const text = new URLSearchParams(given.map(([key, value]) => [key, String(value)])).toString();
  return text ? `?${text}` : "";
}
