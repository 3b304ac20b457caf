// The content of files that answers name.
import { ApiError, source } from "./source";

async function opened(url: string, signal: AbortSignal | undefined): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(source.fileUrl(url), { signal: signal ?? null });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError(0, { code: "offline", message: "the server doesn't answer", hint: "start it again with: runlore ui", span: null, suggestion: null });
  }
  if (response.ok) return response;
  let said: { message?: string; hint?: string | null } = {};
  try {
    said = ((await response.json()) as { error: typeof said }).error;
  } catch {
    // no answer of ours
  }
  const message = said.message ?? `the file can't be read: the answer was ${response.status}`;
  throw new ApiError(response.status, { code: "file", message, hint: said.hint ?? null, span: null, suggestion: null });
}

export async function textOf(url: string, signal?: AbortSignal): Promise<string> {
  return (await opened(url, signal)).text();
}

export async function jsonOf(url: string, signal?: AbortSignal): Promise<unknown> {
  return (await opened(url, signal)).json();
}

/** The address under which a browser saves a file instead of showing it. */
export function downloadUrl(url: string): string {
  return source.fileUrl(url) + (url.includes("?") ? "&" : "?") + "download=true";
}
