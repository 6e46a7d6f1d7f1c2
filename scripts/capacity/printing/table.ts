/** A table for the terminal, below its heading. */

/** @param right the columns of numbers, which end where others begin */
export function table(
  heading: string,
  rows: readonly (readonly string[])[],
  right: readonly number[] = [],
): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? "").length)),
  )
  const line = (row: readonly string[]) => {
    const cells = row.map((cell, i) =>
      right.includes(i) ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0),
    )
    return `  ${cells.join("  ")}`.trimEnd()
  }
  return [heading, ...rows.map(line)].join("\n")
}
