/** An attack while votes of new voters come in: all that were accepted are counted once, and voters are answered soon. */

import { join } from "node:path"
import { z } from "zod"
import { CHECKOUT } from "../../services/checkout"
import { type CommandOutput, outputOf } from "../../services/processes/output-of"
import { startSupervised } from "../../services/processes/supervised-process"
import type { RunningDemo } from "../../services/stack/running-demo"
import { UserError } from "../../services/terminal/user-error"
import { waitFor } from "../../services/wait"
import { counted, type Outcome } from "../outcome"
import type { Target } from "../target"
import { watchCores } from "./cores"
import { watchMemory } from "./memory"
import { votersResult } from "./voters"

/** Of 100 votes, 95 are answered within this time. */
const VOTERS_MS = 200
/** Longer than a voter tries. */
const STOP_GRACE_MS = 45_000
const COUNTED_MS = 90_000
/** So many receipts are asked for, evenly among all. */
const RECEIPTS = 200

type Voted = z.infer<typeof votersResult>
const resultsSchema = z.object({ total: z.number() })
const receiptSchema = z.object({ status: z.string() })

/** @param rate votes a second, each of a new voter, in a poll of their own */
export async function underFlood(
  demo: RunningDemo,
  target: Target,
  rate: number,
  attack: () => Promise<Outcome>,
): Promise<Outcome> {
  const poll = await makePoll(target)
  const memory = watchMemory(demo.pid)
  const cores = watchCores(demo.pid)
  const voters = startVoters(target.voteUrl, poll, rate)
  const outcome = await attack().finally(() => voters.stop())
  const voted = await voters.result
  const { seen, faults } = memory()
  const busy = cores()
  const kept = await promisesKept(demo, target, poll, voted)
  const waits = voted.waits.sort((a, b) => a - b)
  const why = voted.again.length > 0 ? ` (${counted(voted.again)})` : ""
  const at = (share: number) => waits[Math.min(waits.length - 1, Math.floor(waits.length * share))] ?? 0
  return {
    tried: `beside ${rate.toLocaleString("en")} votes a second: ${outcome.tried}`,
    requests: outcome.requests + waits.length + voted.again.length,
    seen: `${outcome.seen}; ${waits.length.toLocaleString("en")} votes accepted, each counted once: half within ${at(0.5)} ms, 95 of 100 within ${at(0.95)} ms, the slowest after ${at(1)} ms, ${voted.again.length} sent again${why}; ${seen}; ${busy}`,
    faults: [
      ...outcome.faults,
      ...kept,
      ...faults,
      ...voted.unserved.slice(0, 3).map((why) => `A voter was not served: ${why}.`),
      ...(at(0.95) > VOTERS_MS ? [`More than 5 of 100 voters waited longer than ${VOTERS_MS} ms.`] : []),
    ],
  }
}

async function makePoll({ voteUrl, resultUrl, admin }: Target): Promise<string> {
  const id = `attack-flood-${Date.now().toString(36)}`
  const answer = await fetch(`${resultUrl}/api/polls`, {
    method: "POST",
    headers: { ...admin, "content-type": "application/json" },
    body: JSON.stringify({ id, title: "Flood", options: [{ label: "A" }, { label: "B" }], state: "open" }),
  })
  if (!answer.ok) throw new UserError(`No poll could be made: ${await answer.text()}`)
  await waitFor("the poll on the ballot", async () => (await fetch(`${voteUrl}/api/polls/${id}`)).ok)
  return id
}

function startVoters(url: string, poll: string, rate: number): { stop(): void; result: Promise<Voted> } {
  const lines: string[] = []
  const words = [process.execPath, join(import.meta.dir, "voters.ts"), JSON.stringify({ url, poll, rate })]
  const voters = startSupervised(words, { cwd: CHECKOUT, onLine: (line) => void lines.push(line) })
  const result = voters.exited.then((code) => {
    if (code !== 0) throw new UserError(`The voters ended with ${code}:\n${lines.slice(-5).join("\n")}`)
    return votersResult.parse(JSON.parse(lines.at(-1) ?? ""))
  })
  result.catch(() => {})
  return { stop: () => void voters.stop(STOP_GRACE_MS), result }
}

/** @returns a sentence for each promise that was not kept to these voters */
async function promisesKept(
  demo: RunningDemo,
  { resultUrl }: Target,
  poll: string,
  voted: Voted,
): Promise<string[]> {
  const read = async <T>(path: string, schema: z.ZodType<T>) =>
    schema.parse(await (await fetch(`${resultUrl}/api/polls/${poll}/${path}`)).json())
  const accepted = voted.receipts.length
  const total = await waitFor(
    "the votes to be counted",
    async () => {
      const now = (await read("results", resultsSchema)).total
      return now >= accepted ? now : undefined
    },
    COUNTED_MS,
  ).catch(async () => (await read("results", resultsSchema)).total)
  const every = Math.ceil(accepted / RECEIPTS)
  const asked = voted.receipts.filter((_, i) => i % every === 0)
  const fates = await Promise.all(
    asked.map(async (it) => (await read(`receipts/${encodeURIComponent(it)}`, receiptSchema)).status),
  )
  const uncounted = fates.filter((fate) => fate !== "counted").length
  const { code, out, err } = await audit(demo)
  return [
    ...(accepted === 0 ? ["No vote was accepted."] : []),
    ...(total === accepted ? [] : [`${accepted} votes were accepted and ${total} counted.`]),
    ...(uncounted === 0 ? [] : [`${uncounted} of ${asked.length} receipts say that they are not counted.`]),
    ...(code === 0 ? [] : [`The books do not balance: ${`${out}${err}`.trim().split("\n").at(-1)}`]),
  ]
}

/** Reads the books of the demo's stores, whichever others this process is told of. */
function audit({ redisUrl, databaseUrl, inboxUrl, tlsFiles }: RunningDemo): Promise<CommandOutput> {
  const stores = { REDIS_URL: redisUrl, DATABASE_URL: databaseUrl, INBOX_URL: inboxUrl ?? "", ...tlsFiles }
  const command = [process.execPath, "scripts/data/audit.ts"]
  const env = { ...process.env, ...stores }
  return outputOf(Bun.spawn(command, { cwd: CHECKOUT, env, stdout: "pipe", stderr: "pipe" }))
}
