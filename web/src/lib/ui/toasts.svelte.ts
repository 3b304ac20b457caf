// Short words about what was just done, with the way back.
export interface Toast {
  id: number;
  text: string;
  isError: boolean;
  action: { label: string; run: () => void } | null;
}

const SECONDS = 8;
let next = 0;

class Toasts {
  list: Toast[] = $state.raw([]);

  say(text: string, { undo, isError = false }: { undo?: (() => void) | undefined; isError?: boolean } = {}): void {
    const toast: Toast = { id: next++, text, isError, action: null };
    if (undo) {
      toast.action = {
        label: "Undo",
        run: () => {
          this.drop(toast.id);
          undo();
        },
      };
    }
    this.list = [...this.list.slice(-3), toast];
    setTimeout(() => this.drop(toast.id), (isError ? 2 : 1) * SECONDS * 1000);
  }

  drop(id: number): void {
    this.list = this.list.filter((one) => one.id !== id);
  }
}

export const toasts = new Toasts();
