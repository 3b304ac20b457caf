// One stream of events for all tabs of a browser: browsers allow six connections to a server.
/// <reference lib="webworker" />
export type LiveMessage =
  | { kind: "state"; isOpen: boolean; cursor: string }
  | { kind: "hello"; cursor: string; isGap: boolean }
  | { kind: "changed"; cursor: string; runs: string[]; isAll: boolean; isEdit: boolean }
  | { kind: "store"; state: "gone" | "back" | "disk_full"; message: string };

const ports = new Set<MessagePort>();
let events: EventSource | null = null;
let cursor = "";
let isOpen = false;
let trouble: LiveMessage | null = null;
let wait = 500;
let closing: ReturnType<typeof setTimeout> | undefined;

function tell(message: LiveMessage): void {
  for (const port of ports) port.postMessage(message);
}

function setOpen(now: boolean): void {
  if (now !== isOpen) {
    isOpen = now;
    tell({ kind: "state", isOpen, cursor });
  }
}

function listen(): void {
  events?.close();
  events = new EventSource(`/api/v1/events${cursor ? `?cursor=${encodeURIComponent(cursor)}` : ""}`);
  const on = (name: string, handle: (data: Record<string, unknown>) => void) =>
    events?.addEventListener(name, (event) => handle(JSON.parse((event as MessageEvent<string>).data) as Record<string, unknown>));
  on("hello", (data) => {
    cursor = String(data["cursor"]);
    wait = 500;
    trouble = null;
    setOpen(true);
    tell({ kind: "hello", cursor, isGap: Boolean(data["is_gap"]) });
  });
  on("changed", (data) => {
    cursor = String(data["cursor"]);
    tell({
      kind: "changed",
      cursor,
      runs: data["runs"] as string[],
      isAll: Boolean(data["has_more"]),
      isEdit: Boolean(data["is_edit"]),
    });
  });
  on("store", (data) => {
    const said: LiveMessage = { kind: "store", state: data["state"] as "gone", message: String(data["message"] ?? "") };
    trouble = said.state === "back" ? null : said;
    tell(said);
  });
  events.onerror = () => {
    // Browsers try again by themselves, though not after every fault: one way for all of them.
    events?.close();
    setOpen(false);
    setTimeout(() => ports.size > 0 && listen(), wait);
    wait = Math.min(wait * 2, 5_000);
  };
}

/** Serve a tab; it says "bye" when it goes, since ports don't. */
export function serve(port: MessagePort): void {
  ports.add(port);
  clearTimeout(closing);
  port.onmessage = (event: MessageEvent<string>) => {
    if (event.data !== "bye") return;
    ports.delete(port);
    if (ports.size === 0) {
      closing = setTimeout(() => {
        events?.close();
        events = null;
        isOpen = false;
      }, 1_000);
    }
  };
  port.start();
  if (events === null) listen();
  else {
    port.postMessage({ kind: "state", isOpen, cursor } satisfies LiveMessage);
    if (trouble) port.postMessage(trouble); // who comes later is told, too
  }
}

if (typeof SharedWorkerGlobalScope !== "undefined") {
  (self as unknown as SharedWorkerGlobalScope).onconnect = (event) => {
    const [port] = event.ports;
    if (port) serve(port);
  };
}
