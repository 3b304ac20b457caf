// Changes to data: each is said, and can be undone.
import type { Done } from "./api/contract";
import { live } from "./api/live.svelte";
import { ApiError, source } from "./api/source";
import { toasts } from "./ui/toasts.svelte";

/** Make a change, say what was done, and offer to undo it; whether it was done. */
export async function edit(path: string, body: unknown): Promise<boolean> {
  const done = await made(path, body);
  if (done === null) return false;
  const { undo } = done;
  toasts.say(done.message, undo ? { undo: () => void undone(undo.path, undo.body) } : {});
  return true;
}

async function undone(path: string, body: unknown): Promise<void> {
  const done = await made(path.replace(/^\/api\/v1/, ""), body);
  if (done) toasts.say(`Undone: ${done.message}`);
}

async function made(path: string, body: unknown): Promise<Done | null> {
  try {
    const done = await source.post<Done>(path, body);
    live.tell(done.runs);
    return done;
  } catch (error) {
    const said = error instanceof ApiError ? [error.message, error.hint].filter(Boolean).join("; ") : String(error);
    toasts.say(`Not done: ${said}`, { isError: true });
    return null;
  }
}
