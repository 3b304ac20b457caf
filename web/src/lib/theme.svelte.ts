// Dark or light: as the system has it, unless somebody chose.
export type Theme = "light" | "dark";

const KEY = "runlore-theme";
const system = matchMedia("(prefers-color-scheme: dark)");

function stored(): Theme | null {
  try {
    const value = localStorage.getItem(KEY);
    return value === "light" || value === "dark" ? value : null;
  } catch {
    return null; // storage is closed to this page
  }
}

class Themes {
  #chosen: Theme | null = $state(stored());
  #system: Theme = $state(system.matches ? "dark" : "light");
  now: Theme = $derived(this.#chosen ?? this.#system);

  constructor() {
    system.addEventListener("change", (event) => {
      this.#system = event.matches ? "dark" : "light";
    });
  }

  toggle = (): void => {
    this.#chosen = this.now === "dark" ? "light" : "dark";
    try {
      localStorage.setItem(KEY, this.#chosen);
    } catch {
      // then for this visit only
    }
  };
}

export const theme = new Themes();
