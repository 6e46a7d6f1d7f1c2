/** The forms in which tables are written. */

import { toCsv } from "../../../apps/result/http/csv"
import type { Cell, Table } from "./tables"

export type Format = "csv" | "jsonl"
export const FORMATS: readonly Format[] = ["csv", "jsonl"]

type Row = Record<string, Cell>

/** The text before the first row, and that of some rows. */
export const WRITERS: Record<
  Format,
  { head(table: Table): string; rows(table: Table, rows: Row[]): string }
> = {
  csv: {
    head: ({ columns }) => toCsv([[...columns]]),
    // The first character is the byte order mark, which belongs to the beginning of the file alone.
    rows: ({ columns }, rows) => toCsv(rows.map((row) => columns.map((name) => text(row[name])))).slice(1),
  },
  jsonl: {
    head: () => "",
    rows: ({ columns }, rows) =>
      rows
        .map((row) => `${JSON.stringify(Object.fromEntries(columns.map((name) => [name, row[name]])))}\n`)
        .join(""),
  },
}

const text = (cell: Cell | undefined): string | number =>
  typeof cell === "number" || typeof cell === "string"
    ? cell
    : cell === true
      ? "yes"
      : cell === false
        ? "no"
        : ""
