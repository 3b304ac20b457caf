// A light reading of code: comments, texts, numbers and words of the language; no more than helps the eye.

export type TokenKind = "plain" | "comment" | "text" | "number" | "word" | "name";

export interface Token {
  kind: TokenKind;
  text: string;
}

interface Language {
  comments: RegExp;
  texts: RegExp;
  words: ReadonlySet<string>;
}

const set = (words: string) => new Set(words.split(" "));
const QUOTES = /"(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'?/y;
const HASH = /#.*/y;
const SLASHES = /\/\/.*|\/\*[^]*?(?:\*\/|$)/y;
const NEVER = /(?!)/y;

const PYTHON: Language = {
  comments: HASH,
  texts: /[rbuft]{0,2}(?:"""[^]*?(?:"""|$)|'''[^]*?(?:'''|$)|"(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'?)/iy,
  words: set(
    "and as assert async await break class continue def del elif else except False finally for from global if import in is lambda None nonlocal not or pass raise return True try while with yield match case self",
  ),
};
const CURLY: Language = {
  comments: SLASHES,
  texts: /"(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'?|`(?:\\.|[^`\\])*`?/y,
  words: set(
    "async await bool break case catch char class const continue default do double else enum export extends false final float fn for func function if impl import in int interface let long match mut namespace new null package private protected pub public return short static struct super switch template this throw true try type typedef typename undefined unsigned use using var void while yield",
  ),
};
const SHELL: Language = { comments: HASH, texts: QUOTES, words: set("if then else elif fi for in do done while case esac function return export local set echo exit") };
const DATA: Language = { comments: HASH, texts: QUOTES, words: set("true false null yes no on off True False None nan inf") };
const JSON_LANGUAGE: Language = { comments: NEVER, texts: /"(?:\\.|[^"\\\n])*"?/y, words: set("true false null NaN Infinity") };
const SQL: Language = {
  comments: /--.*|\/\*[^]*?(?:\*\/|$)/y,
  texts: QUOTES,
  words: set("select from where group by order having join left right inner outer on as insert into values update set delete create table index and or not null is in limit union all with case when then else end distinct"),
};

const LANGUAGES: Record<string, Language> = {
  python: PYTHON, py: PYTHON, r: { ...PYTHON, words: set("if else for while function return TRUE FALSE NULL NA in next break library") },
  julia: { ...PYTHON, words: set("function end if else elseif for while return using import module struct mutable let begin true false nothing in do") },
  javascript: CURLY, js: CURLY, typescript: CURLY, ts: CURLY, rust: CURLY, rs: CURLY, c: CURLY, cpp: CURLY, "c++": CURLY, cuda: CURLY, go: CURLY, java: CURLY,
  css: CURLY, shell: SHELL, sh: SHELL, bash: SHELL, dockerfile: SHELL, makefile: SHELL, yaml: DATA, yml: DATA, toml: DATA, ini: DATA, cfg: DATA, json: JSON_LANGUAGE, sql: SQL,
}; // prettier-ignore
const BY_EXTENSION: Record<string, string> = {
  py: "python", rs: "rust", js: "javascript", ts: "typescript", yml: "yaml", sh: "shell", bash: "shell", jl: "julia", cu: "cuda", h: "c", hpp: "cpp", cc: "cpp", mjs: "javascript", tsx: "typescript", jsx: "javascript", ipynb: "json", jsonl: "json",
}; // prettier-ignore

const WORD = /[\p{L}_][\p{L}\p{N}_]*/uy;
const NUMBER = /(?:0[xX][\da-fA-F_]+|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d+)?)/y;
const REST = /[^\p{L}_\d"'`#/\-]+|[^]/uy;
const MOST = 400_000; // letters that are worth reading

/** The language of a file by its name. */
export function languageOf(path: string): string | null {
  const name = path.split("/").at(-1)?.toLowerCase() ?? "";
  const extension = name.includes(".") ? (name.split(".").at(-1) ?? "") : name;
  const found = Object.hasOwn(BY_EXTENSION, extension) ? (BY_EXTENSION[extension] ?? "") : extension;
  return Object.hasOwn(LANGUAGES, found) ? found : null;
}

/** The tokens of a text; together they are the text. */
export function tokensOf(text: string, language: string | null): Token[] {
  const known = language !== null && Object.hasOwn(LANGUAGES, language.toLowerCase()) ? LANGUAGES[language.toLowerCase()] : undefined;
  if (known === undefined || text.length > MOST) return text ? [{ kind: "plain", text }] : [];
  const tokens: Token[] = [];
  const add = (kind: TokenKind, found: string) => {
    const last = tokens.at(-1);
    if (last?.kind === kind) last.text += found;
    else tokens.push({ kind, text: found });
  };
  let at = 0;
  let isNaming = false;
  const take = (pattern: RegExp) => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    if (found) at += found.length;
    return found;
  };
  while (at < text.length) {
    let found: string | undefined;
    if ((found = take(known.comments))) add("comment", found);
    else if ((found = take(known.texts))) add("text", found);
    else if ((found = take(NUMBER))) add("number", found);
    else if ((found = take(WORD))) {
      const isWord = known.words.has(known === SQL ? found.toLowerCase() : found);
      add(isWord ? "word" : isNaming ? "name" : "plain", found);
      isNaming = isWord && /^(def|class|function|fn|func|struct|interface)$/.test(found);
    } else add("plain", take(REST) ?? text[at++] ?? "");
  }
  return tokens;
}

/** The tokens by line. */
export function linesOf(text: string, language: string | null): Token[][] {
  const lines: Token[][] = [[]];
  for (const { kind, text: part } of tokensOf(text, language)) {
    part.split("\n").forEach((piece, place) => {
      if (place > 0) lines.push([]);
      if (piece) lines.at(-1)?.push({ kind, text: piece });
    });
  }
  return lines;
}
