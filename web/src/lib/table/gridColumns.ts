// How the columns of a table of runs stand in its grid.
import { isNumeric, parseColumn, titleOf, widthOf } from "../model/columns";
import type { GridColumn } from "./layout.svelte";
import { isCompared } from "./rows";
import type { TableState } from "./state.svelte";

const SPREAD = 62; // pixels: "± 0.012"
const DIFFERENCE = 58;

export function gridColumns(table: Pick<TableState, "columns" | "widths" | "isGrouped" | "baselineIds">): GridColumn[] {
  return table.columns.map((column, place) => {
    const { section } = parseColumn(column.name);
    const before = table.columns[place - 1];
    const hasDifference = table.baselineIds.length > 0 && isCompared(column);
    const noteWidth = section === "metrics" ? (table.isGrouped ? SPREAD : 0) + (hasDifference ? DIFFERENCE : 0) : 0;
    return {
      key: column.name,
      ...titleOf(column),
      width: table.widths.get(column.name) ?? Math.max(widthOf(column), 76 + noteWidth),
      noteWidth,
      isRight: isNumeric(column),
      isStart: before !== undefined && parseColumn(before.name).section !== section,
      tip: `${column.name}: click to sort, with shift to sort by it as well`,
    };
  });
}
