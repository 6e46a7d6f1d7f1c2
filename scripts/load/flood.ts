/** `bun run flood`: votes of many, by k6, and whether each was counted once. */

import { readdirSync } from "node:fs"
import { type Addresses, addresses, assertReachable, pollToVoteIn, readResults } from "../data/room"
import { describe, Trouble } from "../services/trouble"
import { K6_SCRIPTS, startK6 } from "../tools/k6"

const USAGE = `Usage: bun run flood [SCRIPT] [flags of k6]

Sends votes, and asks the result app whether each that was accepted is counted exactly once.

  flood      (default) as many votes as VOTERS (40) can cast in DURATION (15s)
  burst      PEOPLE (600) load the ballot and vote within some seconds
  viewers    VIEWERS (200) watch for DURATION (10s) while RATE (50) votes a second are cast: all see the last snapshot
  reconnect  VIEWERS (500) drop at once while RATE (20) votes a second are cast, and come back: no number goes back
  soak       RATE (50) votes a second for DURATION (600s)

Set by the environment: VOTE_URL and RESULT_URL (those of a running demo, else http://localhost:8080 and 8081), POLL (the
default poll), P95_MS (how soon 95 of 100 votes must be answered), GIVE_UP (60s, how long a voter sends a ballot that gets no
answer), PATIENCE (90s, until all must be counted), WAIT (not at all; 60s waits so long for apps that are just starting), and
the words in capitals.
The poll must be open, take one vote a browser, and show its results. Nobody else may vote in it meanwhile, as their votes
would seem to be counted twice.
Ends with YES or NO, and exit code 0 or 99.`

/** What is not there is not load but a mistake: k6's own exit codes begin above. */
const MISUSED = 2
const SCRIPTS = ["flood", "burst", "viewers", "reconnect", "soak"].filter((name) =>
  readdirSync(K6_SCRIPTS).includes(`${name}.ts`),
)

const [first = "flood", ...rest] = process.argv.slice(2)
if (first === "--help" || first === "-h") {
  console.log(USAGE)
  process.exit(0)
}
const script = first.startsWith("-") ? "flood" : first
if (!SCRIPTS.includes(script)) {
  console.error(`There is no script ${script}: choose from ${SCRIPTS.join(", ")}.`)
  process.exit(MISUSED)
}
try {
  process.exit(await runK6(script, first.startsWith("-") ? [first, ...rest] : rest))
} catch (error) {
  console.error(describe(error))
  process.exit(MISUSED)
}

async function runK6(name: string, flags: string[]): Promise<number> {
  const there = addresses()
  // Who waits is told at the end of the waiting.
  if (!process.env.WAIT) await assertFloodable(there)
  const quiet = process.stdout.isTTY ? [] : ["--quiet"]
  const env = { VOTE_URL: there.voteUrl, RESULT_URL: there.resultUrl }
  const k6 = await startK6(name, { flags: [...quiet, ...flags], env, stdout: "inherit" })
  return k6.exited
}

/** @throws {Trouble} in one sentence, where k6 could say it only once it has begun */
async function assertFloodable(there: Addresses): Promise<void> {
  await assertReachable(there)
  const { id } = await pollToVoteIn(there)
  if ((await readResults(there, id)) === null)
    throw new Trouble(`The poll ${id} hides its results: name another by POLL.`)
}
