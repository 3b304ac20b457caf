// Where the rows and columns of a grid stand, and which of them are in view.
import { columnsIn, slotRows, stretched } from "../model/windows";

export interface GridColumn {
  key: string;
  title: string;
  /** Said smaller under the title: "min", "best". */
  detail?: string;
  width: number;
  isRight?: boolean;
  /** Room that notes have behind values, so that values stand under each other. */
  noteWidth?: number;
  /** Whether another kind of columns begins here. */
  isStart?: boolean;
  tip?: string;
}

export interface GridShape {
  columns: readonly GridColumn[];
  total: number;
  /** Of the column that stays. */
  firstWidth: number;
  /** So many of the others stay as well, where there is room for it. */
  pinned: number;
  rowHeight: number;
}

export const HEAD = 34; // pixels
const OVER = 4; // rows beyond the edges, so that scrolling shows no gaps

export class Layout {
  /** How far it is scrolled, and how large it is seen. */
  top = $state(0);
  left = $state(0);
  width = $state(0);
  height = $state(0);
  readonly #shape: () => GridShape;

  constructor(shape: () => GridShape) {
    this.#shape = shape;
  }

  // Each of its own, so that what is another column or width moves only what stands by it.
  #columns = $derived.by(() => this.#shape().columns);
  #total = $derived.by(() => this.#shape().total);
  #rowHeight = $derived.by(() => this.#shape().rowHeight);

  /** How wide the first column is. */
  own = $derived.by(() => Math.round(Math.min(this.#shape().firstWidth, Math.max(140, this.width * 0.55))));
  widths = $derived(this.#columns.map((one) => one.width));
  /** Where columns begin, behind the first. */
  starts = $derived.by(() => {
    let next = 0;
    return this.widths.map((one) => (next += one) - one);
  });
  inner = $derived((this.starts.at(-1) ?? 0) + (this.widths.at(-1) ?? 0));
  /** How many columns stay: these must leave room for what goes. */
  held = $derived.by(() => {
    let count = Math.min(this.#shape().pinned, this.#columns.length);
    while (count > 0 && this.own + (this.starts[count] ?? this.inner) > this.width * 0.65) count--;
    return count;
  });
  frozen = $derived(this.own + (this.held ? (this.starts[this.held] ?? this.inner) : 0));

  room = $derived(Math.max(0, this.height - HEAD));
  #way = $derived(stretched(this.#total * this.#rowHeight, this.room));
  tall = $derived(this.#way.tall);
  #scale = $derived(this.#way.scale);
  /** How many rows have elements. */
  pool = $derived(Math.min(this.#total, Math.ceil(this.room / this.#rowHeight) + 2 * OVER + 1));
  first = $derived.by(() => {
    const from = Math.max(0, Math.floor((this.top * this.#scale) / this.#rowHeight) - OVER);
    return Math.max(0, Math.min(from, this.#total - this.pool));
  });
  /** The row that each element shows. */
  rows = $derived(slotRows(this.first, this.pool));
  /** Where rows stand in a way that was stretched. */
  shift = $derived(this.#scale === 1 ? 0 : this.top - this.top * this.#scale);
  isAtTop = $derived(this.top < this.#rowHeight);

  #from = $derived(this.#seen[0]);
  #to = $derived(this.#seen[1]);
  /** Places of the columns in view, and of those that stay. */
  shown = $derived(Array.from({ length: this.#to - this.#from + 1 }, (_, place) => this.#from + place));
  kept = $derived(Array.from({ length: this.held }, (_, place) => place));

  get #seen(): [number, number] {
    if (this.#columns.length <= this.held) return [0, -1];
    return columnsIn(this.starts, this.widths, this.left + this.frozen - this.own, this.width - this.frozen, this.held);
  }

  /** How far to scroll down so that a row is in view. */
  topFor(index: number, top: number): number {
    const place = index * this.#rowHeight;
    const seenFrom = top * this.#scale;
    if (place < seenFrom) return place / this.#scale;
    return place + this.#rowHeight > seenFrom + this.room ? (place + this.#rowHeight - this.room) / this.#scale : top;
  }

  /** How far to scroll sideways so that a column is in view. */
  leftFor(column: number, left: number): number {
    if (column < this.held) return left;
    const place = (this.starts[column] ?? 0) - (this.frozen - this.own);
    const end = place + (this.widths[column] ?? 0) - (this.width - this.frozen);
    return place < left ? place : Math.max(left, end);
  }
}
