/** Imports one file: each row is refused, replaced or cast, and all are reported. */

import { addresses, findPoll } from "../../services/instance/instance"
import { progressBar } from "../../services/terminal/progress-bar"
import { UserError } from "../../services/terminal/user-error"
import { atOnce } from "../casting/at-once"
import { castUntilDecided, type Decided } from "../casting/cast"
import { Turns } from "../casting/turns"
import { plan } from "./plan"
import { RefusedLines } from "./refused-lines"
import { RefusedRows } from "./refused-rows"
import { Report } from "./report"
import { type Row, rowsOf } from "./rows"
import { voterKeys } from "./voter-keys"

type Work = { file: string; size: number; width: number; isDry: boolean; stop: AbortSignal }

/**
 * Reads the file twice: first to plan what becomes of each row, so that nothing is cast from a file that is not CSV to
 * its end.
 * @returns 1 when rows were refused, else 0
 * @throws {UserError} when the import stopped early; ballots that were under way are decided and reported before
 */
export async function importFile({ file, size, width, isDry, stop }: Work): Promise<number> {
  const instance = addresses()
  const fateOf = await plan(rowsOf(file, stop), (id) => findPoll(instance, id, stop)).catch((cause) => {
    throw cause instanceof UserError ? new UserError(`${cause.message} Nothing was cast.`, { cause }) : cause
  })
  const keyOf = isDry ? null : voterKeys()
  const turns = new Turns()
  const decide = async (row: Row): Promise<Decided | { kind: "replaced" }> => {
    const fate = fateOf(row)
    if (fate.kind !== "cast") return fate
    if (keyOf === null) return { kind: "accepted" }
    const { poll, code } = fate.ballot
    return turns.take(fate.person, async () => {
      stop.throwIfAborted()
      return castUntilDecided(
        instance.voteUrl,
        { poll, choice: fate.choice, code, key: keyOf(fate.known) },
        stop,
      )
    })
  }

  const bar = progressBar(`${isDry ? "Checking" : "Casting"} the rows of ${file}`, size)
  const refusals = isDry ? new RefusedLines() : new RefusedRows(file)
  const report = new Report(isDry)
  let isWhole = false
  try {
    await atOnce(rowsOf(file, stop), width, async (row) => {
      const decided = await decide(row)
      if (decided.kind === "refused") refusals.add(row, decided.reason)
      report.counts[decided.kind]++
      bar.at(row.bytes, report.counts.refused > 0 ? `${report.counts.refused} refused` : "")
    })
    isWhole = true
  } finally {
    bar.end(isWhole)
    console.log(isWhole ? report.summary : `${report.summary}. Run it again to go on.`)
    refusals.close(isWhole)
  }
  return report.counts.refused > 0 ? 1 : 0
}
