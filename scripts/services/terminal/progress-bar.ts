/** Shows how far work has come: by a bar in a terminal, and elsewhere by a line every few seconds. */

const WIDTH = 30
const BAR_MS = 100
const LINE_MS = 5_000

export type Progress = {
  /** @param done of `total` @param note after the bar, as "3 refused" */
  at(done: number, note?: string): void
  /** @param isWhole whether the work was done to its end */
  end(isWhole?: boolean): void
}

/** @param total in whatever `at` counts */
export function progressBar(what: string, total: number, out: NodeJS.WriteStream = process.stderr): Progress {
  let shown = Number.NEGATIVE_INFINITY
  let last = ""
  const show = (done: number, note: string) => {
    const share = total > 0 ? Math.min(1, done / total) : 1
    const full = Math.round(share * WIDTH)
    const bar = `${"█".repeat(full)}${"░".repeat(WIDTH - full)}`
    const text = `${what} ${out.isTTY ? `${bar} ` : ""}${Math.floor(share * 100)}%${note && `, ${note}`}`
    out.write(out.isTTY ? `\r${text}\x1b[K` : `${text}\n`)
  }
  return {
    at(done, note = "") {
      last = note
      const now = performance.now()
      if (now - shown < (out.isTTY ? BAR_MS : LINE_MS)) return
      shown = now
      show(done, note)
    },
    end(isWhole = true) {
      if (isWhole) show(total, last)
      if (out.isTTY) out.write("\n")
    },
  }
}
