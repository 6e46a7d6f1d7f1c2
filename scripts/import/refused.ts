/** The rows that were refused, in a file beside the one that was read, to be corrected and imported by itself. */

import { closeSync, openSync, renameSync, rmSync, writeSync } from "node:fs"
import { stringify } from "csv-stringify/sync"

const COLUMNS = ["poll", "option", "voter", "code"]

export class RefusedRows {
  readonly file: string
  count = 0
  private out: number | null = null

  constructor(imported: string) {
    this.file = `${imported.replace(/\.csv$/i, "")}.refused.csv`
  }

  /** Codes and voters are nobody else's business: only this user reads the file. */
  add(fields: Record<string, string>, line: number, reason: string): void {
    if (this.out === null) {
      this.out = openSync(this.draft, "w", 0o600)
      writeSync(this.out, stringify([[...COLUMNS, "line", "reason"]]))
    }
    writeSync(this.out, stringify([[...COLUMNS.map((name) => fields[name] ?? ""), String(line), reason]]))
    this.count++
  }

  /** An earlier run's file goes when nothing is refused any more. */
  close(): void {
    if (this.out === null) rmSync(this.file, { force: true })
    else {
      closeSync(this.out)
      renameSync(this.draft, this.file)
    }
  }

  private get draft(): string {
    return `${this.file}.${process.pid}`
  }
}
