/** Whether the promises were kept to those who voted beside an attack. */

import { z } from "zod"
import { CHECKOUT } from "../../services/checkout"
import { type CommandOutput, outputOf } from "../../services/processes/output-of"
import type { RunningDemo } from "../../services/stack/running-demo"
import { waitFor } from "../../services/wait"

/** So many receipts are asked for, evenly among all. */
const RECEIPTS = 200
/** How long votes may wait to be counted once nobody votes any more. */
const COUNTED_MS = 180_000

const resultsSchema = z.object({ total: z.number() })
const receiptSchema = z.object({ status: z.string() })

export type Voted = {
  poll: string
  /** How many were told that their votes were accepted. */
  accepted: number
  /** How many may have been accepted beside these, as an answer was lost or late. */
  unheard: number
  receipts: readonly string[]
}

/** @returns a sentence for each promise that was not kept */
export async function promisesKept(demo: RunningDemo, polls: readonly Voted[]): Promise<string[]> {
  const faults = await Promise.all(polls.map((voted) => votesKept(demo.resultUrl, voted)))
  const { code, out, err } = await audit(demo)
  return [
    ...faults.flat(),
    ...(code === 0 ? [] : [`The books do not balance: ${`${out}${err}`.trim().split("\n").at(-1)}`]),
  ]
}

/** By the tally and the receipts of one poll, as soon as all is counted or after `withinMs` milliseconds. @returns as `promisesKept` */
export async function votesKept(
  resultUrl: string,
  { poll, accepted, unheard, receipts }: Voted,
  withinMs = COUNTED_MS,
): Promise<string[]> {
  const read = async <T>(path: string, schema: z.ZodType<T>) =>
    schema.parse(await (await fetch(`${resultUrl}/api/polls/${poll}/${path}`)).json())
  const totalNow = async () => (await read("results", resultsSchema)).total
  const isCounted = async () => (await totalNow()) >= accepted
  await waitFor("the votes to be counted", isCounted, withinMs).catch(() => {})
  const total = await totalNow()
  const every = Math.ceil(receipts.length / RECEIPTS)
  const asked = receipts.filter((_, i) => i % every === 0)
  const fates = await Promise.all(
    asked.map(async (it) => (await read(`receipts/${encodeURIComponent(it)}`, receiptSchema)).status),
  )
  const strays = fates.filter((fate) => fate !== "counted").length
  return [
    ...(accepted === 0 ? ["No vote was accepted."] : []),
    ...(total < accepted ? [`${accepted} votes were accepted and ${total} counted.`] : []),
    ...(total > accepted + unheard
      ? [`${accepted} votes were accepted, ${unheard} more at most, and ${total} counted.`]
      : []),
    ...(strays === 0 ? [] : [`${strays} of ${asked.length} receipts say that they are not counted.`]),
  ]
}

/** Reads the books of the demo's stores, whichever others this process is told of. */
function audit({ redisUrl, databaseUrl, inboxUrl, tlsFiles }: RunningDemo): Promise<CommandOutput> {
  const stores = { REDIS_URL: redisUrl, DATABASE_URL: databaseUrl, INBOX_URL: inboxUrl ?? "", ...tlsFiles }
  const command = [process.execPath, "scripts/data/audit.ts"]
  const env = { ...process.env, ...stores }
  return outputOf(Bun.spawn(command, { cwd: CHECKOUT, env, stdout: "pipe", stderr: "pipe" }))
}
