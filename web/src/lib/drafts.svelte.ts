// What was typed and isn't saved yet: kept while one looks elsewhere, and over a reload of the tab.
const PREFIX = "runlore draft ";

class Drafts {
  #texts: Record<string, string> = $state({});

  get(key: string): string {
    return this.#texts[key] ?? kept(key);
  }

  set(key: string, text: string): void {
    this.#texts[key] = text;
    try {
      if (text) sessionStorage.setItem(PREFIX + key, text);
      else sessionStorage.removeItem(PREFIX + key);
    } catch {
      // without a storage it lives as long as the page
    }
  }
}

function kept(key: string): string {
  try {
    return sessionStorage.getItem(PREFIX + key) ?? "";
  } catch {
    return "";
  }
}

export const drafts = new Drafts();
