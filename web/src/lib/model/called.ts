// What runs and groups are called beside each other: by what differs among them, in as few letters as that takes.

interface Pair {
  /** null for words that belong to no key. */
  key: string | null;
  value: string;
}

/** Names that stand together, each by what tells it from the others. */
export interface Called {
  /** As many as names were given, in their order. */
  short: string[];
  /** Values alone, for a column that is headed by their keys; else the same as `short`. */
  bare: string[];
  heading: string | null;
}

export const BETWEEN = " · ";
const LONG = 24;
const STRONG = /(, |[-/ ,;|])([A-Za-z][\w.]*)$/;
const AFTER_VALUE = /^([-+]?(?:[\d.]+(?:e[-+]?\d+)?)|true|false|none)_([A-Za-z][\w.]*)$/i;
const isNumber = (text: string) => text !== "" && !Number.isNaN(Number(text));
/** A value that tells what it is by itself, like the name of a model. */
const isWord = (text: string) => text !== "" && !isNumber(text) && !/^(true|false|none|null|nan|yes|no|on|off)$/i.test(text);
const said = ({ key, value }: Pair) => (key === null ? value : `${key}=${value}`);

/** What is known of the keys in names. */
export interface Keys {
  keys: readonly string[];
  /** Whether names have no others; else they are only the first that are looked for. */
  isAll: boolean;
}

/** "lr=0.1_seed=3" and the like, and labels of groups ("model=net, lr=0.1"), taken apart. */
export function pairsOf(name: string, { keys, isAll }: Keys = { keys: [], isAll: false }): Pair[] {
  const known = keys.flatMap((key) => [key, key.slice(key.lastIndexOf(".") + 1)]).sort((a, b) => b.length - a.length);
  const pairs: Pair[] = [];
  let from = 0; // where the value (or the words before the first key) begins
  let key: string | null = null;
  let depth = 0;
  for (let at = 0; at < name.length; at++) {
    const letter = name[at]!;
    if ("([{".includes(letter)) depth++;
    if (")]}".includes(letter)) depth = Math.max(0, depth - 1);
    if (letter === "…") depth = 0; // what was opened has been cut away
    if (letter !== "=" || (depth > 0 && !isAll)) continue;
    const piece: string = name.slice(from, at);
    const isFirst: boolean = key === null && pairs.length === 0;
    const found: { before: string; key: string } | null = knownBefore(piece, isFirst, known) ?? (isAll ? null : keyBefore(piece, isFirst));
    if (!found) continue;
    if (key !== null || found.before !== "") pairs.push({ key, value: found.before });
    key = found.key;
    from = at + 1;
  }
  if (key !== null || from < name.length) pairs.push({ key, value: name.slice(from) });
  return pairs;
}

/** The key that ends a piece of a name, and the value in front of it. */
function knownBefore(piece: string, isFirst: boolean, known: readonly string[]): { before: string; key: string } | null {
  for (const key of known) {
    if (piece === key && isFirst) return { before: "", key };
    const before = piece.slice(0, -key.length);
    if (piece.endsWith(key) && /[-_/ ,;|]$/.test(before)) return { before: before.replace(/(, |.)$/, ""), key };
  }
  return null;
}

function keyBefore(piece: string, isFirst: boolean): { before: string; key: string } | null {
  const strong = STRONG.exec(piece);
  if (strong) return { before: piece.slice(0, strong.index), key: strong[2]! };
  if (isFirst) return /^[A-Za-z_][\w.]*$/.test(piece) ? { before: "", key: piece } : null;
  const number = AFTER_VALUE.exec(piece);
  if (number) return { before: number[1]!, key: number[2]! };
  const last = piece.lastIndexOf("_");
  return last > 0 && last < piece.length - 1 ? { before: piece.slice(0, last), key: piece.slice(last + 1) } : null;
}

/** Each name by what differs. Nothing is shortened that would then be the same as another. */
export function called(names: readonly string[], keys?: Keys): Called {
  const whole = plain(names);
  if (names.length < 2 || new Set(names).size < names.length) return whole;
  if (names.some((name) => !name.includes("="))) return keys?.isAll ? whole : trimmed(names);
  const split = names.map((name) => pairsOf(name, keys));
  if (split.some((pairs) => pairs.every(({ key }) => key === null))) return whole;
  const values = new Map<string | null, Set<string>>();
  for (const { key, value } of split.flat()) values.set(key, (values.get(key) ?? new Set()).add(value));
  const isEverywhere = (key: string | null) => split.every((pairs) => pairs.some((pair) => pair.key === key));
  const differs = (key: string | null) => values.get(key)!.size > 1;
  // What is the same in all that have it goes with something else that differs; where it doesn't, it is told.
  const attempts = [split.map((pairs) => pairs.filter(({ key }) => differs(key))), split.map((pairs) => pairs.filter(({ key }) => differs(key) || !isEverywhere(key))), split];
  const left = attempts.find((all) => all.every((pairs) => pairs.length > 0) && isUnique(all.map((pairs) => pairs.map(said).join())));
  return left ? written(fewer(left, values), values) : whole;
}

/** Of long names, no more numbers than tell them apart; words stay, and what has most values. */
function fewer(left: readonly Pair[][], values: ReadonlyMap<string | null, ReadonlySet<string>>): readonly Pair[][] {
  if (left.every((pairs) => pairs.map(said).join(BETWEEN).length <= LONG)) return left;
  const numbers = [...values].filter(([key, own]) => key !== null && ![...own].every(isWord)).sort(([, a], [, b]) => a.size - b.size);
  let kept = left;
  for (const [key] of numbers) {
    const without = kept.map((pairs) => pairs.filter((pair) => pair.key !== key));
    if (without.every((pairs) => pairs.length > 0) && isUnique(without.map((pairs) => pairs.map(said).join()))) kept = without;
  }
  return kept;
}

const plain = (names: readonly string[]): Called => ({ short: [...names], bare: [...names], heading: null });
const isUnique = (texts: readonly string[]) => new Set(texts).size === texts.length;

/** Words without their keys and in front, numbers with them; values alone where all have the same several keys. */
function written(left: readonly Pair[][], values: ReadonlyMap<string | null, ReadonlySet<string>>): Called {
  const isWords = (key: string | null) => key === null || [...values.get(key)!].every(isWord);
  const sorted = left.map((pairs) => [...pairs].sort((a, b) => Number(isWords(b.key)) - Number(isWords(a.key))));
  const keys = sorted[0]!.map(({ key }) => key);
  const isAlike = keys.length > 1 && !keys.includes(null) && sorted.every((pairs) => pairs.length === keys.length && pairs.every(({ key }, at) => key === keys[at]));
  const bare = sorted.map((pairs) => pairs.map(({ value }) => value).join(BETWEEN));
  const brief = sorted.map((pairs) => pairs.map((pair) => (isWords(pair.key) ? pair.value : said(pair))).join(BETWEEN));
  const short = isUnique(brief) ? brief : sorted.map((pairs) => pairs.map(said).join(BETWEEN));
  return isAlike && isUnique(bare) ? { short, bare, heading: keys.join(BETWEEN) } : plain(short);
}

/** Long names without what all of them begin and end with, cut between words. */
function trimmed(names: readonly string[]): Called {
  const whole = plain(names);
  if (names.every((name) => name.length <= LONG)) return whole;
  const parts = names.map((name) => name.match(/[^-_/ ]+[-_/ ]*|[-_/ ]+/g) ?? [name]);
  const least = Math.min(...parts.map((one) => one.length)) - 1;
  const isShared = (at: (own: string[]) => string | undefined) => new Set(parts.map(at)).size === 1;
  let front = 0;
  while (front < least && isShared((own) => own[front])) front++;
  let back = 0;
  while (back < least - front && isShared((own) => own[own.length - 1 - back])) back++;
  const short = parts.map((own) => own.slice(front, own.length - back).join("").replace(/[-_/ ]+$/, ""));
  return short.every((one) => one.length > 1) && isUnique(short) ? plain(short) : whole;
}
