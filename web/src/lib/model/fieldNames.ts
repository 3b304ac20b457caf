// How params and metrics are called in filters and as columns.

const isPlain = (name: string) => /^[A-Za-z_][\w/]*$/.test(name);
const quoted = (name: string) => (isPlain(name) ? name : `\`${name.replaceAll("`", "``")}\``);
const LABEL = /^(.*)\[([^[\]]*)\]$/s;

/** "acc[val]" → "metrics.acc[val]"; names with other signs than letters and digits stand in backticks. */
export function metricField(label: string, part = ""): string {
  const [, name = label, context = ""] = LABEL.exec(label) ?? [];
  return `metrics.${quoted(name)}${context ? `[${context}]` : ""}${part && `.${part}`}`;
}

/** Dots in a param's name lead into it: params.optimizer.lr. */
export const paramField = (key: string) => `params.${key.split(".").every(isPlain) ? key : quoted(key)}`;
