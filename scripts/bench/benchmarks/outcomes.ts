/** What it costs to decide polls that rank, by rule, ballots and options, and for how long the app that asks is held up. */

import { type Database, openDatabase } from "@tallyroom/lib/database"
import { decide } from "@tallyroom/lib/outcome/decide"
import { Decider } from "@tallyroom/lib/outcome/decider"
import { profileIn } from "@tallyroom/lib/outcome/profile-text"
import type { Rule } from "@tallyroom/lib/polls/decision"
import { migrate } from "../../../apps/worker/database/migrate"
import type { TellFigures } from "../figures/report"
import { type Block, type Bound, type Figure, figures, type Legend } from "../figures/rounds"
import { type BenchStores, onFreshDatabase } from "../subject/bench-stores"
import { SEATS } from "../subject/choice-polls"
import { makeRankedPoll, optionsOf, ordersByChance } from "../subject/rankings"
import type { Plan, RankedSize } from "./plan"

const RULES: readonly Rule[] = ["irv", "stv", "condorcet", "borda"]
/** What a large election may have, and has to be decided within a second of one core. */
const BOUNDED = { ballots: 1_000_000, options: 10 }
const CPU_BOUND: Bound = { kind: "below", value: 1 }
const HELD_UP_BOUND: Bound = { kind: "at most", value: 50 }
/** How often it is looked whether the loop comes round. */
const LOOK_MS = 1

type Names = Rule | "asked" | "heldUp" | "late"

export function benchOutcomes(benchStores: BenchStores, plan: Plan, say: TellFigures): Promise<Block> {
  return onFreshDatabase(benchStores, async ({ stores }) => {
    const sql = openDatabase(stores.database.adminUrl, { name: "bench", connections: 1 })
    stores.defer(() => sql.end({ timeout: 1 }))
    await migrate(sql)
    const decider = new Decider({
      databaseUrl: stores.database.adminUrl,
      name: "bench-outcomes",
      log: { warn: console.error },
    })
    stores.defer(() => decider.stop())
    const all: Figure[] = []
    for (const size of plan.outcomes) {
      const orders = ordersByChance(size)
      const legend = legendOf(size, orders.size)
      const poll = await makeRankedPoll(sql, size.options, orders)
      const rounds = []
      for (let i = 0; i < plan.rounds; i++) rounds.push(await outcomeRound(decider, poll, size, orders))
      say(`${size.ballots} ballots over ${size.options} options`, figures(legend, rounds))
      all.push(...figures(legend, rounds))
      await forget(sql, poll)
    }
    return {
      name: "outcomes",
      about: "polls whose ballots rank by chance, any length as likely as any other, or all options",
      figures: all,
      checks: [],
    }
  })
}

function legendOf({ ballots, options, isComplete }: RankedSize, orders: number): Legend<Names> {
  const isBounded = ballots === BOUNDED.ballots && options === BOUNDED.options
  const of = `${ballots.toLocaleString("en")} over ${isComplete ? "all " : ""}${options}`
  const cpu = (rule: Rule) => ({
    ...{ name: `${of}: CPU of ${rule}`, unit: "s" },
    ...(isBounded && { bound: CPU_BOUND }),
  })
  return {
    ...{ irv: cpu("irv"), stv: cpu("stv"), condorcet: cpu("condorcet"), borda: cpu("borda") },
    asked: { name: `${of}: asked, with Postgres (${orders.toLocaleString("en")} orders)`, unit: "s" },
    heldUp: { name: `${of}: longest hold-up meanwhile, CPU of the loop`, unit: "ms", bound: HELD_UP_BOUND },
    late: { name: `${of}: the same by the clock`, unit: "ms" },
  }
}

async function outcomeRound(
  decider: Decider,
  poll: number,
  { options: count }: RankedSize,
  orders: ReadonlyMap<string, number>,
): Promise<Record<Names, number>> {
  const options = optionsOf(count)
  const ids = options.map(({ id }) => id)
  const text = [...orders].map(([mark, ballots]) => `${mark} ${ballots}`).join("\n")
  const cpuOf = (rule: Rule) =>
    cpuSeconds(() =>
      decide({
        decision: { rule, seats: rule === "stv" ? SEATS : 1, quorum: 0 },
        ids,
        profile: profileIn({ options }, text),
        abstained: 0,
      }),
    )
  const [irv = 0, stv = 0, condorcet = 0, borda = 0] = RULES.map(cpuOf)
  const begun = performance.now()
  const heldUp = await longestHoldUp(() => decider.decide(poll))
  return { irv, stv, condorcet, borda, asked: (performance.now() - begun) / 1_000, ...heldUp }
}

/** CPU of this process, with what compiles and collects beside its one thread. */
function cpuSeconds(work: () => unknown): number {
  const before = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1e6
}

/**
 * For how long the loop did not come round while this was awaited, in milliseconds. `heldUp`: the CPU that its thread used meanwhile;
 * `late`: by the clock, which other work on the machine holds up, too.
 */
async function longestHoldUp(work: () => Promise<unknown>): Promise<{ heldUp: number; late: number }> {
  const longest = { heldUp: 0, late: 0 }
  let last = { at: performance.now(), cpu: threadCpuMs() }
  const looking = setInterval(() => {
    const now = { at: performance.now(), cpu: threadCpuMs() }
    longest.heldUp = Math.max(longest.heldUp, now.cpu - last.cpu)
    longest.late = Math.max(longest.late, now.at - last.at - LOOK_MS)
    last = now
  }, LOOK_MS)
  await work()
  clearInterval(looking)
  return longest
}

/** CPU of this thread alone. */
function threadCpuMs(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1_000
}

async function forget(sql: Database, poll: number): Promise<void> {
  await sql`DELETE FROM polls WHERE number = ${poll}`
  await sql`TRUNCATE marks`
}
