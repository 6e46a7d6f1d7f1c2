/** `bun run import FILE.csv`: casts the ballots of a file. */

import { existsSync, statSync } from "node:fs"
import { parseArgs } from "node:util"
import { atOnce } from "./data/at-once"
import { castUntilDecided, type Decided } from "./data/cast"
import { progress } from "./data/progress"
import { addresses, type PollInfo, readPoll } from "./data/room"
import { RefusedRows } from "./import/refused"
import { type Row, rowsOf } from "./import/rows"
import { voterKeys } from "./import/voter-keys"
import { describe, Trouble } from "./services/trouble"

const USAGE = `Usage: bun run import FILE.csv [--dry-run] [--concurrency N]

Casts a ballot for each row over the API of the vote app. The first line names the columns:

  poll, option   ids
  voter          any text that stands for one person; without it each row is a voter of its own
  code           for polls that ask for one

Run it again at any time, after an interruption too: rows that were cast before stay as they are. Refused rows are written
to FILE.refused.csv with the reason, and the exit code is 1.

  --dry-run        only look whether each row has a poll and an option that there are
  --concurrency N  ballots under way at the same time, at most 100 (20)

VOTE_URL says where; otherwise it takes a running demo, or http://localhost:8080. The voters' keys follow from a secret in
.tallyroom/import.json: without that file the same voters would be new ones.`

const MOST_AT_ONCE = 100

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  console.error(describe(error))
  process.exitCode = 2
}

async function main(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      "dry-run": { type: "boolean", default: false },
      concurrency: { type: "string", default: "20" },
      help: { type: "boolean", short: "h", default: false },
    },
  })
  if (values.help) {
    console.log(USAGE)
    return 0
  }
  const [file, more] = positionals
  if (file === undefined || more !== undefined)
    throw new Trouble("Name one file: bun run import FILE.csv (see --help).")
  if (!existsSync(file)) throw new Trouble(`There is no file ${file}.`)
  const width = Number(values.concurrency)
  if (!Number.isInteger(width) || width < 1 || width > MOST_AT_ONCE)
    throw new Trouble(
      `--concurrency takes a whole number from 1 to ${MOST_AT_ONCE}, not ${values.concurrency}.`,
    )
  const room = addresses()
  if (values["dry-run"]) {
    const polls = new Map<string, Promise<PollInfo>>()
    return importRows(file, width, "Checking", "could be cast", (row) => check(row, polls, room))
  }
  const keyOf = await voterKeys(file)
  return importRows(file, width, "Casting", "accepted", async ({ ballot, line }) => {
    if ("fault" in ballot) return { kind: "refused", reason: ballot.fault }
    const { poll, option, voter, code } = ballot
    const key = keyOf({ voter, line })
    return castUntilDecided(room.voteUrl, { poll, option, key, ...(code !== undefined && { code }) })
  })
}

async function importRows(
  file: string,
  width: number,
  doing: string,
  done: string,
  work: (row: Row) => Promise<Decided>,
): Promise<number> {
  const bar = progress(`${doing} the rows of ${file}`, statSync(file).size)
  const refused = new RefusedRows(file)
  const counts = { accepted: 0, same: 0 }
  try {
    await atOnce(rowsOf(file), width, async (row) => {
      const decided = await work(row)
      if (decided.kind === "refused") refused.add(row.fields, row.line, decided.reason)
      else counts[decided.kind]++
      bar.at(row.bytes, refused.count > 0 ? `${refused.count} refused` : "")
    })
  } finally {
    refused.close()
  }
  bar.end()
  const before = counts.same > 0 ? `, ${counts.same} cast before` : ""
  console.log(`${counts.accepted} ${done}${before}, ${refused.count} refused`)
  if (refused.count > 0) console.log(`Why: ${refused.file}`)
  return refused.count > 0 ? 1 : 0
}

async function check(
  { ballot }: Row,
  polls: Map<string, Promise<PollInfo>>,
  room: ReturnType<typeof addresses>,
): Promise<Decided> {
  if ("fault" in ballot) return { kind: "refused", reason: ballot.fault }
  const known = polls.get(ballot.poll) ?? readPoll(room, ballot.poll)
  polls.set(ballot.poll, known)
  const poll = await known.catch((error: Error) => error)
  if (poll instanceof Error) return { kind: "refused", reason: poll.message }
  if (poll.phase !== "open") return { kind: "refused", reason: `The poll ${poll.id} is ${poll.phase}.` }
  if (poll.eligibility === "code" && ballot.code === undefined)
    return { kind: "refused", reason: `The poll ${poll.id} asks for a code.` }
  const exists = poll.options.some(({ id }) => id === ballot.option)
  return exists
    ? { kind: "accepted" }
    : { kind: "refused", reason: `The poll ${poll.id} has no option ${ballot.option}.` }
}
