// Where keys take the cursor of a table, as the ARIA pattern for grids has it.

export interface Place {
  row: number;
  /** -1: the column that stays. */
  column: number;
}

export interface Room {
  rows: number;
  columns: number;
  /** Rows that are seen at once. */
  page: number;
}

/** The place that a key leads to; null if it leads nowhere. */
export function movedBy(event: Pick<KeyboardEvent, "key" | "ctrlKey">, from: Place, room: Room): Place | null {
  if (room.rows === 0) return null;
  const row = (to: number): Place => ({ row: Math.max(0, Math.min(room.rows - 1, to)), column: from.column });
  const column = (to: number): Place => ({ row: Math.max(0, from.row), column: Math.max(-1, Math.min(room.columns - 1, to)) });
  switch (event.key) {
    case "ArrowDown":
      return row(from.row + 1);
    case "ArrowUp":
      return row(from.row - 1);
    case "PageDown":
      return row(from.row + room.page);
    case "PageUp":
      return row(from.row - room.page);
    case "ArrowRight":
      return event.ctrlKey ? column(room.columns - 1) : column(from.column + 1);
    case "ArrowLeft":
      return event.ctrlKey ? column(-1) : column(from.column - 1);
    case "Home":
      return event.ctrlKey ? row(0) : column(-1);
    case "End":
      return event.ctrlKey ? row(room.rows - 1) : column(room.columns - 1);
    default:
      return null;
  }
}
