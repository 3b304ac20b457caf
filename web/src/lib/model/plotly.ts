// What can be drawn of a plotly figure without plotly: lines, points and bars, of its own JSON.
export interface PlotlyFigure {
  data?: unknown;
  layout?: unknown;
  frames?: unknown;
}

export interface PreviewTrace {
  kind: "line" | "points" | "bars";
  name: string;
  colour: string;
  x: number[];
  y: number[];
}

export interface FigurePreview {
  title: string;
  xTitle: string;
  yTitle: string;
  traces: PreviewTrace[];
  /** Names of places in x, where these aren't numbers. */
  places: string[] | null;
  /** Kinds of traces that aren't drawn. */
  others: string[];
  /** How large it wants to be, in pixels. */
  width: number | null;
  height: number | null;
}

const COLOURS = ["#636efa", "#ef553b", "#00cc96", "#ab63fa", "#ffa15a", "#19d3f3", "#ff6692", "#b6e880"];
const SAFE_COLOUR = /^(#[0-9a-f]{3,8}|[a-z]{3,20}|rgba?\([\d.,%\s]{3,40}\))$/i;
const MOST_POINTS = 5_000;
type Fields = Record<string, unknown>;

/** Read a figure; what makes no sense in it counts as not there. */
export function previewOf(figure: PlotlyFigure): FigurePreview {
  const layout = fields(figure.layout);
  const given = Array.isArray(figure.data) ? figure.data.map(fields) : [];
  const drawn = given.flatMap((trace, at) => {
    const kind = kindOf(trace);
    return kind === null ? [] : [{ trace, kind, at }];
  });
  const columns = drawn.map(({ trace }) => {
    const y = numbersOf(listOf(trace["y"]));
    const x = trace["x"] === undefined ? y.map((_, at) => at) : listOf(trace["x"]);
    return { x: x.slice(0, MOST_POINTS), y: y.slice(0, MOST_POINTS) };
  });
  const isNumeric = columns.every(({ x }) => x.every((one) => one === null || typeof one === "number"));
  const places = isNumeric ? null : [...new Set(columns.flatMap(({ x }) => x.map(String)))];
  const placeOf = new Map((places ?? []).map((text, at) => [text, at]));
  return {
    title: titleOf(layout["title"]),
    xTitle: titleOf(fields(layout["xaxis"])["title"]),
    yTitle: titleOf(fields(layout["yaxis"])["title"]),
    traces: drawn.map(({ trace, kind, at }, place) => {
      const { x, y } = columns[place]!;
      const length = Math.min(x.length, y.length);
      return {
        kind,
        name: typeof trace["name"] === "string" ? trace["name"] : `trace ${at}`,
        colour: colourOf(trace) ?? COLOURS[at % COLOURS.length]!,
        x: x.slice(0, length).map((one) => (places ? placeOf.get(String(one))! : typeof one === "number" ? one : NaN)),
        y: y.slice(0, length),
      };
    }),
    places,
    others: [...new Set(given.filter((trace) => kindOf(trace) === null).map((trace) => String(trace["type"])))],
    width: typeof layout["width"] === "number" ? layout["width"] : null,
    height: typeof layout["height"] === "number" ? layout["height"] : null,
  };
}

function kindOf(trace: Fields): PreviewTrace["kind"] | null {
  const type = trace["type"] ?? "scatter";
  if (type === "bar" && trace["orientation"] !== "h") return "bars";
  if (type !== "scatter" && type !== "scattergl") return null;
  return trace["mode"] === "markers" ? "points" : "line";
}

function colourOf(trace: Fields): string | null {
  const found = fields(trace["line"])["color"] ?? fields(trace["marker"])["color"];
  return typeof found === "string" && SAFE_COLOUR.test(found) ? found : null;
}

function titleOf(value: unknown): string {
  const text = typeof value === "string" ? value : fields(value)["text"];
  return typeof text === "string" ? text.replace(/<br\s*\/?>/gi, " ").replace(/<[^>]*>/g, "") : "";
}

const ARRAYS: Record<string, new (buffer: ArrayBuffer) => ArrayLike<number>> = {
  i1: Int8Array, u1: Uint8Array, i2: Int16Array, u2: Uint16Array, i4: Int32Array, u4: Uint32Array, f4: Float32Array, f8: Float64Array,
}; // prettier-ignore

/** A list, or an array as plotly packs it: base64 of its bytes, little-endian. */
function listOf(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  const { dtype, bdata } = fields(value);
  const make = typeof dtype === "string" && Object.hasOwn(ARRAYS, dtype) ? ARRAYS[dtype] : undefined;
  if (!make || typeof bdata !== "string") return [];
  try {
    return Array.from(new make(Uint8Array.from(atob(bdata), (letter) => letter.charCodeAt(0)).buffer));
  } catch {
    return [];
  }
}

function numbersOf(values: unknown[]): number[] {
  return values.map((one) => (typeof one === "number" ? one : typeof one === "string" && one.trim() ? Number(one) : NaN));
}

function fields(value: unknown): Fields {
  return typeof value === "object" && value !== null ? (value as Fields) : {};
}
