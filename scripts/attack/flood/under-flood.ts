/** An attack while votes of new voters come in: all that were accepted are counted once, and voters are answered soon. */

import type { z } from "zod"
import type { RunningDemo } from "../../services/stack/running-demo"
import { UserError } from "../../services/terminal/user-error"
import { waitFor } from "../../services/wait"
import { type Attacked, counted } from "../outcome"
import { startPeople } from "../people/program"
import { votersResult } from "../people/voters"
import { boundMs, tooLong, WAITS, waitsText } from "../people/waits"
import type { Target } from "../target"
import { watchCores } from "./cores"
import { startFullSpeed } from "./full-speed"
import { promisesKept } from "./kept"
import { watchMemory } from "./memory"

/** The flood needs so long until its connections are open and the apps are warm. */
const WARM_MS = 2_000

export type FloodKind = {
  /** Votes a second of voters of whom each has a receipt. */
  rate: number
  /** Whether others vote beside them as fast as they are answered. */
  isFull: boolean
}

export async function underFlood(
  demo: RunningDemo,
  target: Target,
  { rate, isFull }: FloodKind,
  attack: () => Promise<Attacked>,
): Promise<Attacked> {
  const poll = await makePoll(target, "voters")
  const flooded = isFull ? await makePoll(target, "flood") : null
  const memory = watchMemory(demo.pid)
  const voters = startPeople("voters.ts", { url: target.voteUrl, poll, rate }, votersResult)
  const flood = flooded === null ? null : await startFullSpeed(target.voteUrl, flooded)
  if (flood) await Bun.sleep(WARM_MS)
  const cores = watchCores(demo.pid)
  const outcome = await attack().finally(() => voters.stop())
  const busy = cores()
  const full = await flood?.stop()
  const voted = await voters.result
  const { seen, faults } = memory()
  const { receipts, again } = voted
  const kept = await promisesKept(demo, [
    { poll, accepted: receipts.length, unheard: 0, receipts },
    ...(full && flooded !== null ? [{ poll: flooded, receipts: [], ...full }] : []),
  ])
  const said = judgedVoters(voted, outcome, isFull)
  const pace = `${rate.toLocaleString("en")} votes a second`
  return {
    ...outcome,
    tried: `beside ${pace}${isFull ? " and a flood at full speed" : ""}: ${outcome.tried}`,
    requests: outcome.requests + receipts.length + again.length + (full?.requests ?? 0),
    beside: {
      ...outcome.beside,
      ...said.seen,
      ...full?.seen,
      "MB before, at most and after": seen,
      "cores: attacker and voters, demo, all else": busy,
    },
    faults: [...outcome.faults, ...kept, ...faults, ...said.faults, ...(full?.faults ?? [])],
  }
}

/**
 * Voters wait for their receipt. Beside a flood at full speed they may be refused, as the backlog has a limit: so there they wait
 * for an answer.
 */
function judgedVoters(
  { receipts, again, unserved, waits }: z.infer<typeof votersResult>,
  { beganAt, idleBefore }: Attacked,
  isFull: boolean,
) {
  const ms = (of: typeof waits) => of.map(({ answered, accepted }) => (isFull ? answered : accepted))
  const before = ms(waits.filter(({ dueAt }) => dueAt < beganAt))
  const during = ms(waits.filter(({ dueAt }) => dueAt >= beganAt))
  const why = again.length > 0 ? ` (${counted(again)})` : ""
  return {
    seen: {
      [`voters, ${WAITS}`]: waitsText(during, before),
      "their votes accepted and counted once, sent again": `${receipts.length.toLocaleString("en")}, ${again.length.toLocaleString("en")}${why}`,
    },
    faults: [
      ...unserved.slice(0, 3).map((why) => `A voter was not served: ${why}.`),
      ...tooLong("voters", during, boundMs(before, idleBefore)),
    ],
  }
}

async function makePoll({ voteUrl, resultUrl, admin }: Target, whose: string): Promise<string> {
  const id = `attack-${whose}-${Date.now().toString(36)}`
  const answer = await fetch(`${resultUrl}/api/polls`, {
    method: "POST",
    headers: { ...admin, "content-type": "application/json" },
    body: JSON.stringify({ id, title: "Flood", options: [{ label: "A" }, { label: "B" }], state: "open" }),
  })
  if (!answer.ok) throw new UserError(`No poll could be made: ${await answer.text()}`)
  await waitFor("the poll on the ballot", async () => (await fetch(`${voteUrl}/api/polls/${id}`)).ok)
  return id
}
