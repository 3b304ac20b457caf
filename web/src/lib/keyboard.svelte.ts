// Keys of the page: components say what theirs do, and `?` lists them.
import { untrack } from "svelte";

export interface Key {
  key: string;
  label: string;
  run: (event: KeyboardEvent) => void;
}

class Keyboard {
  /** The keys that do something now, the newest of each. */
  all: Key[] = $state.raw([]);

  /** Give keys a meaning for as long as a component lives. */
  on(...keys: Key[]): void {
    $effect(() => {
      untrack(() => (this.all = [...this.all, ...keys]));
      return () => {
        this.all = untrack(() => this.all).filter((one) => !keys.includes(one));
      };
    });
  }

  press = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key !== "Escape" && isTyping(event.target)) return;
    const found = this.all.findLast((one) => one.key === event.key);
    if (!found) return;
    event.preventDefault();
    found.run(event);
  };
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

export const keyboard = new Keyboard();
