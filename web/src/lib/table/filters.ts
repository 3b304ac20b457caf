// Filters that a table makes itself.
import { paramField } from "../model/columns";
import { narrowed, quoted } from "../model/query";

/** The filter, and only the runs of one group: those with its params, and without those it hasn't. */
export function filterOf(filter: string, by: readonly string[], key: Readonly<Record<string, string>>): string {
  return narrowed(
    filter,
    by.map((name) => (key[name] === undefined ? `${paramField(name)} is null` : `${paramField(name)} = ${quoted(key[name])}`)),
  );
}
