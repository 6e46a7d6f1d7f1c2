/** `bun run prove`: floods a whole Tallyroom, pulls its plugs, and checks that every vote is there exactly once. */

import { join } from "node:path"
import { STATE_DIR } from "../services/checkout"
import { onStopRequest } from "../services/processes/stop-request"
import { stopSupervised } from "../services/processes/supervised-process"
import { readCommandLine } from "../services/terminal/command-line"
import { flag, oneOf, orElse, someOf, wholeNumber } from "../services/terminal/options"
import { describe, UserError } from "../services/terminal/user-error"
import { folderName } from "./chart/ballots-in"
import { headline } from "./chart/verdict"
import { FAULTS, HARMS } from "./faults/plan"
import { makeProof } from "./proof"
import { INBOXES, keepsAll, USUAL, usualHarm } from "./record/record"
import { closeDisks } from "./system/disk"
import type { Nodes } from "./system/stores"
import { ProgressLine } from "./terminal"

const FAULT_NAMES = [...new Set(FAULTS.map(({ name }) => name))]

const USAGE = `Usage: bun run prove [--inbox KIND] [--seconds N] [--seed N] [--only FAULT,…] [--harm KIND] [--fsync KIND]
                     [--nodes N] [--failover] [--rate N]

Starts two of each app with stores of their own, lets people vote in them, and does to them what a seeded plan says: kills,
freezes and restarts everything, cuts, slows and silences connections, fills stores and empties them. Then it checks, from what
voters, viewers and the host were told and from Postgres alone, that every accepted vote was counted exactly once.
The same seed gives the same plan. Ends with 0 when every promise was kept, with 1 when not.

  --inbox KIND     what holds the ballots: redis (default), redis-cluster, nats or rabbitmq. The cluster has three masters with a
                   replica each, for which votes wait. Faults also kill a master for good, hang it until it is replaced, have its
                   replica take over, and move slots. No fault of such a run may lose a ballot that was answered: --harm is none
  --seconds N      how long faults and votes go on (600); an hour is 3600
  --seed N         of the plan of faults (by chance)
  --only FAULT,…   these faults alone: ${FAULT_NAMES.join(", ")}
  --harm KIND      the worst that faults may do to accepted ballots: none; books, lose some that the books must name; or unseen
                   (default), lose also some of which nobody but the store knew yet
  --failover       Postgres is a primary and a synchronous standby, and the Redis of ballots, where that is no cluster, a master
                   and two replicas with sentinels, for which votes wait. Faults also kill either for good, hang it, or bring it
                   back once it was replaced. No fault of such a run may lose a ballot that was answered: --harm is none
  --fsync KIND     how Redis syncs to its disk: always (default), or everysec, by which a power cut may lose ballots
  --nodes N        how many servers NATS has: 1 (default), or 3, which keep each ballot thrice, and which faults also part
  --rate N         votes a second (150)
  --help           show this`

const APPENDFSYNC = ["always", "everysec"] as const
const NODE_COUNTS = ["1", "3"] as const
const STOP_GRACE_MS = 5_000

const { values } = readCommandLine({
  usage: USAGE,
  options: {
    inbox: orElse(oneOf(INBOXES), "redis"),
    seconds: orElse(wholeNumber(5, 86_400), 600),
    seed: orElse(wholeNumber(0, 2 ** 31), Math.floor(Math.random() * 2 ** 31)),
    only: someOf(FAULT_NAMES, "fault"),
    harm: oneOf(HARMS),
    fsync: orElse(oneOf(APPENDFSYNC), USUAL.fsync),
    nodes: orElse(oneOf(NODE_COUNTS), "1"),
    failover: flag,
    rate: orElse(wholeNumber(1, 10_000), USUAL.rate),
  },
})

async function prove(): Promise<number> {
  const { inbox, seconds, seed, rate, only, fsync, failover } = values
  const harm = values.harm ?? usualHarm({ inbox, failover })
  if (keepsAll({ inbox, failover }) && harm !== "none")
    throw new UserError(
      `With ${failover ? "--failover" : `--inbox ${inbox}`} no fault may lose anything: leave --harm out.`,
    )
  const nodes: Nodes = values.nodes === "3" ? 3 : 1
  if (nodes > 1 && inbox !== "nats") throw new UserError("--nodes 3 is for --inbox nats alone.")
  const dir = join(STATE_DIR, "prove", `${folderName({ inbox, nodes, failover })}-${seed}`)
  const wishes = { seed, seconds, inbox, nodes, failover, harm, appendfsync: fsync, ...(only && { only }) }
  const { verdict, timeline } = await makeProof({
    dir,
    wishes,
    rate,
    appendfsync: fsync,
    tell: new ProgressLine(),
  })
  for (const { rule, says } of verdict.findings) console.log(`FOUND  ${rule}: ${says}`)
  const figures = Object.entries(verdict.numbers).map(
    ([name, value]) => `${name} ${value.toLocaleString("en")}`,
  )
  console.log(`\n${figures.join(", ")}`)
  console.log(`The picture: ${join(dir, "timeline.svg")}`)
  console.log(`\n${headline(timeline, verdict).text} (seed ${seed})`)
  return verdict.findings.length === 0 ? 0 : 1
}

/** Whatever still runs belongs to a run that is over. */
async function end(code: number): Promise<never> {
  await stopSupervised(STOP_GRACE_MS)
  await closeDisks()
  process.exit(code)
}

onStopRequest(
  () => void end(130),
  () => process.exit(130),
)
try {
  await end(await prove())
} catch (error) {
  console.error(describe(error))
  await end(1)
}
