/** `bun run flood`: votes of many, by k6, and whether each was counted once. */

import { readdirSync } from "node:fs"
import {
  type Addresses,
  addresses,
  assertReachable,
  pollToVoteIn,
  readResults,
} from "../services/instance/instance"
import { readPassedOnWords, runScript } from "../services/terminal/command-line"
import { unknownName } from "../services/terminal/options"
import { UserError } from "../services/terminal/user-error"
import { K6_SCRIPTS, runK6 } from "../services/tools/k6"

const USAGE = `Usage: bun run flood [SCRIPT] [flags of k6]

Sends votes, and asks the result app whether each that was accepted is counted exactly once.

  flood      (default) as many votes as VOTERS (40) can cast in DURATION (15s)
  burst      PEOPLE (600) load the ballot and vote within some seconds
  viewers    VIEWERS (200) watch for DURATION (10s) while RATE (50) votes a second are cast: all see the last snapshot
  reconnect  VIEWERS (500) drop at once while RATE (20) votes a second are cast, and come back: no number goes back
  soak       RATE (50) votes a second for DURATION (600s)

Each ballot is filled in by chance, as the poll has it. The poll must be open, take one vote a browser, and show its results.
Nobody else may vote in it meanwhile, as their votes would seem to be counted twice.
Ends with YES or NO, and exit code 0 or 99.

  --help     show this; every other flag goes to k6

Environment:
  the words in capitals above, and
  VOTE_URL, RESULT_URL   the two apps (those of a running demo, else http://localhost:8080 and 8081)
  POLL                   (the default poll)
  P95_MS                 how soon 95 of 100 votes must be answered
  GIVE_UP                how long a voter sends a ballot that gets no answer (60s)
  PATIENCE               until all must be counted (90s)
  WAIT                   how long to wait for apps that are just starting (not at all)`

/** The exit code for a mistake of the caller; k6's own exit codes are greater. */
const MISUSED = 2
const SCRIPTS = ["flood", "burst", "viewers", "reconnect", "soak"].filter((name) =>
  readdirSync(K6_SCRIPTS).includes(`${name}.ts`),
)

await runScript(
  async () => {
    const words = readPassedOnWords(USAGE)
    const [first = ""] = words
    if (first === "" || first.startsWith("-")) return flood("flood", words)
    if (!SCRIPTS.includes(first)) throw unknownName("script", first, SCRIPTS)
    return flood(first, words.slice(1))
  },
  { failure: MISUSED },
)

async function flood(name: string, flags: string[]): Promise<number> {
  const there = addresses()
  // With WAIT k6 itself says at the end of the wait what did not answer.
  if (!process.env.WAIT) await assertFloodable(there)
  const quiet = process.stdout.isTTY ? [] : ["--quiet"]
  const env = { VOTE_URL: there.voteUrl, RESULT_URL: there.resultUrl }
  return runK6(name, { flags: [...quiet, ...flags], env })
}

/** @throws {UserError} in one sentence, where k6 could say it only once it has begun */
async function assertFloodable(there: Addresses): Promise<void> {
  await assertReachable(there)
  const { id } = await pollToVoteIn(there)
  if ((await readResults(there, id)) === null)
    throw new UserError(`The poll ${id} hides its results: name another by POLL.`)
}
