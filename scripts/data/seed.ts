/** `bun run seed`: votes for show, and the tally that they make. */

import {
  addresses,
  openToAll,
  type PollInfo,
  type Results,
  readPoll,
  readResults,
} from "../services/instance/instance"
import { readCommandLine, runScript } from "../services/terminal/command-line"
import { flag, oneOf, orElse, text, wholeNumber } from "../services/terminal/options"
import { progressBar } from "../services/terminal/progress-bar"
import { UserError } from "../services/terminal/user-error"
import { waitFor } from "../services/wait"
import { findApi } from "./poll/find-api"
import { byChance, sharedOut } from "./seed/ballots"
import { type Cast, castByVoters } from "./seed/by-voters"
import { CASTERS, chooseCaster } from "./seed/caster"
import { makeExample } from "./seed/example"
import { readSkew, shareOut, usualSkew } from "./seed/shares"

const USAGE = `Usage: bun run seed [--poll ID] [--votes N] [--skew a=2,b=1] [--by ab|k6] [--voters N]
                    [--example]

Casts votes in an open poll and shows the tally once they are counted. Each is a new voter's. Without anything else 2,000
are for the first option and 1,000 for the second. Where a ballot can say more than one option, each is filled in by chance
and cast over the API.

  --poll ID      (the default poll)
  --votes N      how many, at most 1,000,000 (3000)
  --skew LIST    how they are shared out: an option that is not named has 1, a=0 leaves it out (the first option has 2)
  --by TOOL      ab, or k6, which is built the first time (ab, and k6 where ab can't be installed)
  --voters N     over the API and from so many voters, who come again and again: a poll that is final refuses them then
  --example      in the poll "talks", whose ballots choose up to three options; it is made unless it is there
  --help         show this

Environment:
  VOTE_URL, RESULT_URL   the two apps (those of a running demo, else http://localhost:8080 and 8081)
  ADMIN_TOKEN            for --example, beside RESULT_URL (that of a running demo); or ADMIN_TOKEN_FILE`

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
      example: flag,
    },
  })
  const { votes } = values
  const instance = addresses()
  if (values.example && values.poll !== undefined)
    throw new UserError("--example names a poll by itself: leave --poll out.")
  const id = values.example ? await makeExample(instance, findApi()) : values.poll
  const poll = openToAll(await readPoll(instance, id), adviceFor)
  const isOneVote = hasOneVote(poll)
  const voters = values.voters ?? (isOneVote ? null : votes)
  if (voters && values.by)
    throw new UserError(
      isOneVote
        ? "--by is for votes of new voters: leave it out with --voters."
        : `--by is for ballots that say one option, and those of ${poll.id} can say more: leave it out.`,
    )
  const ids = poll.options.map(({ id }) => id)
  const skew = values.skew === undefined ? usualSkew(ids) : readSkew(values.skew, ids)
  const shares = shareOut(votes, skew)
  const before = await readResults(instance, poll.id)
  const caster = voters === null ? await chooseCaster(values.by) : null

  const bar = progressBar(`Casting ${votes.toLocaleString("en")} votes in ${poll.id}`, votes)
  let done = 0
  const onCast = (more: number) => {
    done += more
    bar.at(done)
  }
  const cast = voters
    ? await castByVoters(
        instance.voteUrl,
        poll.id,
        isOneVote ? sharedOut(shares) : byChance({ ...poll, options: ids }, skew, votes),
        voters,
        onCast,
      )
    : await caster?.(`${instance.voteUrl}/polls/${poll.id}`, shares, onCast)
  bar.end()
  if (cast) console.log(summary(cast))
  // Voters who come again change their votes and add none.
  const added = cast ? cast.voters : votes
  const results = before && (await counted(instance, poll.id, (before.total ?? 0) + added))
  console.log(results ? picture(results, isOneVote) : `The results of ${poll.id} are hidden for now.`)
  return 0
}

/** Whether each ballot is one vote for one option. */
function hasOneVote({ ballot }: PollInfo): boolean {
  return ballot.method === "choose" && ballot.max === 1 && !ballot.abstain
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
function picture({ options, total = 0, abstained = 0 }: Results, isOneVote: boolean): string {
  const widest = Math.max(...options.map(({ label }) => label.length))
  const most = Math.max(1, ...options.map(({ votes = 0 }) => votes))
  const lines = options.map(
    ({ label, votes = 0 }) =>
      `${label.padEnd(widest)}  ${"█".repeat(Math.round((votes / most) * WIDTH)).padEnd(WIDTH)}  ${votes.toLocaleString("en")}`,
  )
  const abstentions = abstained > 0 ? `, ${abstained.toLocaleString("en")} of them abstentions` : ""
  return [...lines, `${total.toLocaleString("en")} ${isOneVote ? "votes" : "ballots"}${abstentions}`].join(
    "\n",
  )
}
