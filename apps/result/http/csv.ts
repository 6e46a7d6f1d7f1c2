/** CSV (RFC 4180) that a spreadsheet shows and never runs. */

/**
 * A spreadsheet takes a cell that begins so for a formula (OWASP, "CSV injection"), in full width too; and where it
 * separates cells by semicolons or tabs, what follows one of those is a cell.
 */
const FORMULA = /(^|[;\t])(?=[=+\-@\t\r\n＝＋－＠])/g
/** By this Excel knows that the file is UTF-8. */
const BYTE_ORDER_MARK = "\uFEFF"

/** Rows as CSV in UTF-8 with a byte order mark; the first is the header. */
export function toCsv(rows: (string | number)[][]): string {
  return BYTE_ORDER_MARK + rows.map((row) => `${row.map(cell).join(",")}\r\n`).join("")
}

function cell(value: string | number): string {
  const text = typeof value === "string" ? value.replace(FORMULA, "$1'") : String(value)
  return /[",;\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** The headers of a CSV file that a browser saves under this name. */
export function csvHeaders(name: string): Record<string, string> {
  return {
    "content-type": "text/csv; charset=utf-8; header=present",
    "content-disposition": `attachment; filename="${name}.csv"`,
  }
}
