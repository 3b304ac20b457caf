// Where one is, and all of the view: the address holds it, so copying the address is sharing.
// In a file without a server the same address stands behind the "#".

import { embedded } from "./api/source";

export type Page =
  | { name: "experiments" }
  | { name: "experiment"; experiment: string }
  | { name: "runs" }
  | { name: "compare" }
  | { name: "run"; run: string; tab: string }
  | { name: "missing"; path: string };

export function pageOf(path: string): Page {
  const parts = path.split("/").filter(Boolean).map(decoded);
  const [first, second, third] = parts;
  if (first === undefined || (first === "experiments" && second === undefined)) return { name: "experiments" };
  if (first === "experiments" && second !== undefined) return { name: "experiment", experiment: second.replace(/^-/, "") };
  if (first === "runs" && second === undefined) return { name: "runs" };
  if (first === "runs" && second !== undefined) return { name: "run", run: second, tab: third ?? "overview" };
  if (first === "compare") return { name: "compare" };
  return { name: "missing", path };
}

/** "-" stands for the runs without an experiment, and before names that addresses couldn't hold as they are. */
export const experimentPath = (name: string | null) => `/experiments/${encodeURIComponent(/^$|^-|^\.\.?$/.test(name ?? "") ? `-${name ?? ""}` : (name ?? ""))}`;
export const runPath = (run: string, tab?: string) => `/runs/${run}${tab && tab !== "overview" ? `/${tab}` : ""}`;

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // an address somebody cut off in the middle of an escape
  }
}

export class Router {
  path = $state("/");
  query = $state.raw(new URLSearchParams());
  page: Page = $derived(pageOf(this.path));
  readonly #isHashed: boolean;
  readonly #start: string;

  /** `start` is where a page begins whose address stands behind the "#". */
  constructor(isHashed: boolean, start = "/") {
    this.#isHashed = isHashed;
    this.#start = start;
    this.#read();
    addEventListener("popstate", () => this.#read());
    if (isHashed) addEventListener("hashchange", () => this.#read());
  }

  /** Go somewhere; back leads here again. */
  go(path: string, query: URLSearchParams | Record<string, string> = {}): void {
    this.#write(path, new URLSearchParams(query), false);
  }

  /** Change parts of the view; null takes a part out. Typing and dragging replace, choices push. */
  set(changes: Record<string, string | null>, { isPushed = false } = {}): void {
    const query = new URLSearchParams(this.query);
    for (const [key, value] of Object.entries(changes)) {
      if (value === null) query.delete(key);
      else query.set(key, value);
    }
    if (query.toString() === this.query.toString()) return;
    this.#write(this.path, query, !isPushed);
  }

  get(key: string): string | null {
    return this.query.get(key);
  }

  /** The address of a place, for links. */
  href(path: string, query: URLSearchParams | Record<string, string> = {}): string {
    const text = new URLSearchParams(query).toString();
    return (this.#isHashed ? "#" : "") + path + (text ? `?${text}` : "");
  }

  /** Follow links inside of the page without loading it again. */
  follow = (event: MouseEvent): void => {
    if (event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = (event.target as Element | null)?.closest("a");
    const href = link?.getAttribute("href");
    if (!link || !href || link.target || link.hasAttribute("download") || !/^#?\//.test(href) || href.startsWith("/api/")) return;
    event.preventDefault();
    const { pathname, searchParams } = new URL(href.replace(/^#/, ""), "http://page");
    this.go(pathname, searchParams);
  };

  #read(): void {
    const from = this.#isHashed ? new URL(location.hash.slice(1) || this.#start, "http://page") : new URL(location.href);
    this.path = from.pathname;
    this.query = from.searchParams;
  }

  #write(path: string, query: URLSearchParams, isReplaced: boolean): void {
    history[isReplaced ? "replaceState" : "pushState"](null, "", addressed(this.href(path, query)));
    const isElsewhere = path !== this.path;
    this.path = path;
    this.query = query;
    if (isElsewhere) scrollTo(0, 0);
  }
}

/** Addresses of a frame that a notebook holds (about:srcdoc) are its own, though it takes others to be the notebook's. */
const addressed = (href: string) => (location.protocol === "about:" ? new URL(href, location.href).href : href);

export const router = new Router(embedded !== null, embedded?.path);
