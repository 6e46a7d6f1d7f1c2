/** What became of the ballots of a drill, as books and receipts say independently of each other. */

import { z } from "zod"
import { UserError } from "../../services/terminal/user-error"
import { run } from "./commands"
import type { Room } from "./room"

const auditSchema = z.object({
  balanced: z.boolean(),
  polls: z.array(
    z.object({ poll: z.string(), counted: z.number(), lost: z.number(), faults: z.array(z.string()) }),
  ),
})
const receiptSchema = z.object({ status: z.string() })

export interface Books {
  readonly balanced: boolean
  readonly counted: number
  readonly lost: number
  readonly faults: readonly string[]
}

/** Waits until nothing is pending; a store may just be coming back. */
export async function auditOf(room: Room, poll: string): Promise<Books> {
  const stores = { REDIS_URL: room.redis.workerUrl, DATABASE_URL: room.database.workerUrl }
  const env = { ...stores, ...(room.inboxUrl !== undefined && { INBOX_URL: room.inboxUrl }) }
  const words = ["--wait", "--timeout", "120", "--poll", poll, "--json"]
  const { out } = await run("scripts/data/audit.ts", words, env, [0, 1])
  const { balanced, polls } = auditSchema.parse(JSON.parse(out))
  const [books] = polls
  if (!books) throw new UserError(`The audit knows of no poll ${poll}.`)
  return { balanced, counted: books.counted, lost: books.lost, faults: books.faults }
}

/** At once; result answers a statement each. */
const ASKED_AT_ONCE = 16
const ANSWER_MS = 10_000

/** Which of these receipts say what: `counted`, `lost`, … */
export async function fatesOf(
  room: Room,
  poll: string,
  receipts: readonly string[],
): Promise<Map<string, string[]>> {
  const fates = new Map<string, string[]>()
  const rest = [...receipts]
  const ask = async () => {
    for (let receipt = rest.pop(); receipt !== undefined; receipt = rest.pop()) {
      const url = `${room.resultUrl}/api/polls/${poll}/receipts/${receipt}`
      const answer = await fetch(url, { signal: AbortSignal.timeout(ANSWER_MS) })
      const fate = answer.ok ? receiptSchema.parse(await answer.json()).status : `HTTP ${answer.status}`
      fates.set(fate, [...(fates.get(fate) ?? []), receipt])
    }
  }
  await Promise.all(Array.from({ length: ASKED_AT_ONCE }, ask))
  return fates
}
