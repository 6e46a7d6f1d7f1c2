/** `bun run seed`: votes for show, and the tally that they make. */

import { limitsOf } from "@tallyroom/lib/ballots/choice"
import { addresses, openToAll, type Results, readPoll, readResults } from "../services/instance/instance"
import { readCommandLine, runScript } from "../services/terminal/command-line"
import { oneOf, orElse, text, wholeNumber } from "../services/terminal/options"
import { progressBar } from "../services/terminal/progress-bar"
import { UserError } from "../services/terminal/user-error"
import { waitFor } from "../services/wait"
import { type Cast, castByVoters } from "./seed/by-voters"
import { CASTERS, chooseCaster } from "./seed/caster"
import { readSkew, shareOut, usualSkew } from "./seed/shares"

const USAGE = `Usage: bun run seed [--poll ID] [--votes N] [--skew a=2,b=1] [--by ab|k6] [--voters N]

Casts votes in an open poll and shows the tally once they are counted. Each is a new voter's. Without anything else 2,000
are for the first option and 1,000 for the second.

  --poll ID      (the default poll)
  --votes N      how many, at most 1,000,000 (3000)
  --skew LIST    how they are shared out: an option that is not named has 1, a=0 leaves it out (the first option has 2)
  --by TOOL      ab, or k6, which is built the first time (ab, and k6 where ab can't be installed)
  --voters N     over the API and from so many voters, who come again and again: a poll that is final refuses them then
  --help         show this

Environment:
  VOTE_URL, RESULT_URL   the two apps (those of a running demo, else http://localhost:8080 and 8081)`

const MOST_VOTES = 1_000_000
const COUNTED_MS = 60_000
const WIDTH = 30

await runScript(main, { failure: 2 })

async function main(): Promise<number> {
  const { values } = readCommandLine({
    usage: USAGE,
    options: {
      poll: text,
      votes: orElse(wholeNumber(1, MOST_VOTES), 3_000),
      skew: text,
      by: oneOf(CASTERS),
      voters: wholeNumber(1, MOST_VOTES),
    },
  })
  const { votes, voters = null } = values
  const instance = addresses()
  if (voters && values.by) throw new UserError("--by is for votes of new voters: leave it out with --voters.")
  const poll = openToAll(await readPoll(instance, values.poll), adviceFor)
  const { min } = limitsOf(poll)
  if (min > 1)
    throw new UserError(
      `A ballot of ${poll.id} chooses at least ${min} options, and seed casts one: seed another.`,
    )
  const ids = poll.options.map(({ id }) => id)
  const shares = shareOut(votes, values.skew === undefined ? usualSkew(ids) : readSkew(values.skew, ids))
  const before = await readResults(instance, poll.id)
  const caster = voters === null ? await chooseCaster(values.by) : null

  const bar = progressBar(`Casting ${votes.toLocaleString("en")} votes in ${poll.id}`, votes)
  let done = 0
  const onCast = (more: number) => {
    done += more
    bar.at(done)
  }
  const cast = voters
    ? await castByVoters(instance.voteUrl, poll.id, shares, voters, onCast)
    : await caster?.(`${instance.voteUrl}/polls/${poll.id}`, shares, onCast)
  bar.end()
  if (cast) console.log(summary(cast))
  // Voters who come again change their votes and add none.
  const added = cast ? cast.voters : votes
  const results = before && (await counted(instance, poll.id, (before.total ?? 0) + added))
  console.log(results ? picture(results) : `The results of ${poll.id} are hidden for now.`)
  return 0
}

function adviceFor(eligibility?: string): string {
  return `seed another${eligibility === "code" ? ", or use `bun run import` with codes" : ""}`
}

function summary({ accepted, received, same, refused }: Cast): string {
  const taken = received > 0 ? `${received} received (counting decides which stand)` : `${accepted} accepted`
  return `${taken}, ${same} the same again, ${refused} refused`
}

async function counted(
  instance: Parameters<typeof readResults>[0],
  poll: string,
  total: number,
): Promise<Results> {
  const enough = async () => {
    const results = await readResults(instance, poll)
    return results !== null && (results.total ?? 0) >= total && results
  }
  return waitFor("the votes to be counted", enough, COUNTED_MS).catch((cause) => {
    if (cause instanceof UserError) throw cause
    const seconds = COUNTED_MS / 1_000
    throw new UserError(`After ${seconds} s not all of ${total} votes are counted: is a worker running?`, {
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
