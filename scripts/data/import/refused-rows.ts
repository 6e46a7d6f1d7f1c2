/** The rows that were refused, in a file beside the one that was read, to be corrected and imported by itself. */

import { closeSync, existsSync, openSync, renameSync, rmSync, writeSync } from "node:fs"
import { stringify } from "csv-stringify/sync"
import { COLUMNS, type Row } from "./rows"

export class RefusedRows {
  private readonly file: string
  private out: number | null = null
  private columns: string[] = []

  constructor(imported: string) {
    this.file = nameFor(imported)
  }

  /** The file has codes and voters, so only this user may read it. */
  add({ fields, line }: Row, reason: string): void {
    if (this.out === null) {
      this.out = openSync(this.draft, "w", 0o600)
      // Few files have abstentions.
      this.columns = COLUMNS.filter((name) => name !== "abstained" || name in fields)
      writeSync(this.out, stringify([[...this.columns, "line", "reason"]]))
    }
    writeSync(
      this.out,
      stringify([[...this.columns.map((name) => fields[name] ?? ""), String(line), reason]]),
    )
  }

  /**
   * The file replaces that of an earlier run, which is removed when no row is refused any more. After an interrupted
   * run the earlier one stays, as it may have rows that this run did not reach.
   */
  close(isWhole: boolean): void {
    if (this.out !== null) closeSync(this.out)
    if (!isWhole && existsSync(this.file)) {
      rmSync(this.draft, { force: true })
      console.log(`${this.file} is of an earlier run.`)
    } else if (this.out !== null) {
      renameSync(this.draft, this.file)
      console.log(`Why: ${this.file}`)
    } else rmSync(this.file, { force: true })
  }

  private get draft(): string {
    return `${this.file}.${process.pid}`
  }
}

/**
 * x.csv, x.refused.csv, x.refused-2.csv, x.refused-3.csv: each holds the rows that were refused from the one before.
 */
function nameFor(imported: string): string {
  const [, stem = imported, refused, count = "1"] =
    /^(.*?)(\.refused(?:-(\d+))?)?\.csv$/i.exec(imported) ?? []
  return `${stem}.refused${refused === undefined ? "" : `-${Number(count) + 1}`}.csv`
}
