/** CSV (RFC 4180) that a spreadsheet shows and never executes. */

/**
 * A spreadsheet takes a cell that begins with one of these characters for a formula (OWASP, "CSV injection"), with their
 * full-width forms too. Some spreadsheets separate cells by semicolons or tabs, so what follows one of those is a cell too.
 */
const FORMULA = /(^|[;\t])(?=[=+\-@\t\r\n＝＋－＠])/g
/** It tells Excel that the file is UTF-8. */
const BYTE_ORDER_MARK = "\uFEFF"

/** Rows as CSV in UTF-8 with a byte order mark. The first row is the header. */
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
