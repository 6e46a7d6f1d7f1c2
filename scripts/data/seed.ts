/** `bun run seed`: votes for show, and the tally that they make. */

import { parseArgs } from "node:util"
import { describe, Trouble } from "../services/trouble"
import { waitFor } from "../services/wait"
import { progress } from "./progress"
import { addresses, openToAll, type Results, readPoll, readResults } from "./room"
import { type Cast, castByVoters } from "./seed/by-voters"
import { readCaster } from "./seed/caster"
import { readSkew, shareOut, usualSkew } from "./seed/shares"

const USAGE = `Usage: bun run seed [--poll ID] [--votes N] [--skew a=2,b=1] [--by ab|k6] [--voters N]

Casts votes in an open poll and shows the tally once they are counted. Each is a new voter's. Without anything else 2,000
are for the first option and 1,000 for the second.

  --poll ID      (the default poll)
  --votes N      how many, at most 1,000,000 (3000)
  --skew LIST    how they are shared out: an option that is not named has 1, a=0 leaves it out (the first option has 2)
  --by TOOL      ab, or k6, which is built the first time (ab, and k6 where ab can't be installed)
  --voters N     over the API and from so many voters, who come again and again: a poll that is final refuses them then

VOTE_URL and RESULT_URL say where; otherwise it takes a running demo, or http://localhost:8080 and :8081.`

const MOST_VOTES = 1_000_000
const COUNTED_MS = 60_000
const WIDTH = 30

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  console.error(describe(error))
  process.exitCode = 2
}

async function main(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      poll: { type: "string" },
      votes: { type: "string", default: "3000" },
      skew: { type: "string" },
      by: { type: "string" },
      voters: { type: "string" },
      help: { type: "boolean", short: "h", default: false },
    },
  })
  if (values.help) {
    console.log(USAGE)
    return 0
  }
  const room = addresses()
  const votes = whole("--votes", values.votes)
  const voters = values.voters === undefined ? null : whole("--voters", values.voters)
  if (voters && values.by) throw new Trouble("--by is for votes of new voters: leave it out with --voters.")
  const poll = openToAll(await readPoll(room, values.poll), adviceFor)
  const ids = poll.options.map(({ id }) => id)
  const shares = shareOut(votes, values.skew === undefined ? usualSkew(ids) : readSkew(values.skew, ids))
  const before = await readResults(room, poll.id)
  const caster = voters === null ? await readCaster(values.by) : null

  const bar = progress(`Casting ${votes.toLocaleString("en")} votes in ${poll.id}`, votes)
  let done = 0
  const onCast = (more: number) => {
    done += more
    bar.at(done)
  }
  const cast = voters
    ? await castByVoters(room.voteUrl, poll.id, shares, voters, onCast)
    : await caster?.(`${room.voteUrl}/polls/${poll.id}`, shares, onCast)
  bar.end()
  if (cast) console.log(summary(cast))
  // Voters who come again change votes instead of adding some.
  const added = cast ? cast.voters : votes
  const results = before && (await counted(room, poll.id, (before.total ?? 0) + added))
  console.log(results ? picture(results) : `The results of ${poll.id} are hidden for now.`)
  return 0
}

function whole(flag: string, text: string): number {
  const value = Number(text.replaceAll(/[,_]/g, ""))
  if (Number.isInteger(value) && value >= 1 && value <= MOST_VOTES) return value
  throw new Trouble(`${flag} takes a whole number from 1 to ${MOST_VOTES.toLocaleString("en")}, not ${text}.`)
}

function adviceFor(eligibility?: string): string {
  return `seed another${eligibility === "code" ? ", or use `bun run import` with codes" : ""}`
}

function summary({ accepted, received, same, refused }: Cast): string {
  const taken = received > 0 ? `${received} received (counting decides which stand)` : `${accepted} accepted`
  return `${taken}, ${same} the same again, ${refused} refused`
}

async function counted(
  room: Parameters<typeof readResults>[0],
  poll: string,
  total: number,
): Promise<Results> {
  const enough = async () => {
    const results = await readResults(room, poll)
    return results !== null && (results.total ?? 0) >= total && results
  }
  return waitFor("the votes to be counted", enough, COUNTED_MS).catch((cause) => {
    if (cause instanceof Trouble) throw cause
    const seconds = COUNTED_MS / 1_000
    throw new Trouble(`After ${seconds} s not all of ${total} votes are counted: is a worker running?`, {
      cause,
    })
  })
}

/** A line an option: label, bar, votes. */
function picture({ options, total = 0 }: Results): string {
  const widest = Math.max(...options.map(({ label }) => label.length))
  const most = Math.max(1, ...options.map(({ votes = 0 }) => votes))
  const lines = options.map(
    ({ label, votes = 0 }) =>
      `${label.padEnd(widest)}  ${"█".repeat(Math.round((votes / most) * WIDTH)).padEnd(WIDTH)}  ${votes.toLocaleString("en")}`,
  )
  return [...lines, `${total.toLocaleString("en")} votes`].join("\n")
}
