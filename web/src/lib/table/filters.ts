// Filters that a table makes itself.
import { printColumn } from "../model/columns";
import { narrowed, quoted } from "../model/query";

const param = (name: string) => printColumn({ section: "params", name, statistic: "last" });

/** The filter, and only the runs of one group: those with its params, and without those it hasn't. */
export function filterOf(filter: string, by: readonly string[], key: Readonly<Record<string, string>>): string {
  return narrowed(
    filter,
    by.map((name) => (key[name] === undefined ? `${param(name)} is null` : `${param(name)} = ${quoted(key[name])}`)),
  );
}
