/** `bun run import FILE.csv`: casts the ballots of a file. */

import { statSync } from "node:fs"
import { onStopRequest } from "../services/processes/stop-request"
import { readCommandLine, runScript } from "../services/terminal/command-line"
import { flag, orElse, wholeNumber } from "../services/terminal/options"
import { describe, UserError } from "../services/terminal/user-error"
import { importFile } from "./import/file"

const USAGE = `Usage: bun run import FILE.csv [--dry-run] [--concurrency N]

Casts a ballot for each row over the API of the vote app. The first line names the columns:

  poll           its id
  option         the id of an option; several, or a ranking with the best one first, with spaces between; where ballots
                 rate or decide with what they say of each: fig=5 pear=0, or fig=yes pear=no
  voter          any text that stands for one person; without it each row is a voter of its own
  code           for polls that ask for one
  abstained      "yes" for a ballot that says nothing: its option is empty

Of several rows of one voter (or code) in a poll the first stands where votes are final, and later ones are refused; where
votes may be changed only the last is cast.

Run it again at any time, after an interruption too: rows that were cast before stay as they are. Where votes may be changed
the file's votes are cast anew over what voters have changed since. Refused rows are written to FILE.refused.csv with the
reason, and the exit code is 1.

  --dry-run        cast and write nothing: only look whether each row has a poll and an option that there are
  --concurrency N  ballots under way at the same time, at most 100 (20)
  --help           show this

The voters' keys follow from a secret in .tallyroom/import.json: without that file the same voters would be new ones.

Environment:
  VOTE_URL   the vote app (that of a running demo, else http://localhost:8080)`

const MOST_AT_ONCE = 100
/** The exit code that a shell gives to a command that Ctrl-C ended. */
const STOPPED = 130

await runScript(main, { failure: 2 })

async function main(): Promise<number> {
  const { values, operands } = readCommandLine({
    usage: USAGE,
    options: { "dry-run": flag, concurrency: orElse(wholeNumber(1, MOST_AT_ONCE), 20) },
    takesOperands: true,
  })
  const [file, more] = operands
  if (file === undefined || more !== undefined)
    throw new UserError("Name one file: bun run import FILE.csv (see --help).")
  const size = sizeOf(file)
  const stop = new AbortController()
  onStopRequest(
    () => stop.abort(new UserError("Stopped.")),
    () => process.exit(STOPPED),
  )
  try {
    return await importFile({
      file,
      size,
      width: values.concurrency,
      isDry: values["dry-run"],
      stop: stop.signal,
    })
  } catch (error) {
    if (!stop.signal.aborted) throw error
    console.error(describe(error))
    return STOPPED
  }
}

function sizeOf(file: string): number {
  const found = statSync(file, { throwIfNoEntry: false })
  if (!found) throw new UserError(`There is no file ${file}.`)
  if (found.isDirectory()) throw new UserError(`${file} is a directory: name a CSV file.`)
  // The file is read twice, which a pipe does not allow.
  if (!found.isFile()) throw new UserError(`${file} is no file: write what it gives into a CSV file first.`)
  return found.size
}
