/**
 * New voters at a steady rate. A vote counts from the moment at which it was due, and one that was refused or cut is sent again, as
 * people do.
 */

import { z } from "zod"
import { clock } from "../../bench/figures/clock"
import { come } from "./program"

const votersInput = z.object({ url: z.url(), poll: z.string(), rate: z.number() })
export const votersResult = z.object({
  receipts: z.array(z.string()),
  /** Why votes were sent again: each refusal, and each connection that was cut. */
  again: z.array(z.string()),
  /** Who was not served after all. */
  unserved: z.array(z.string()),
  /** Whose vote was accepted: when it was due, by clock(), and after how many ms it was first answered, and accepted. */
  waits: z.array(z.object({ dueAt: z.number(), answered: z.number(), accepted: z.number() })),
})

const TICK_MS = 10
const AGAIN_MS = 100
/** A voter who gets no receipt for so long is not served. */
const GIVE_UP_MS = 30_000
/** So many may wait at once; those that are due beyond it wait for a place, and their time runs on. */
const AT_ONCE = 256

const answerSchema = z.object({ receipt: z.string() })

/** Votes until `stop` aborts, and then until everybody who was due is answered. */
async function vote(
  { url, poll, rate }: z.infer<typeof votersInput>,
  stop: AbortSignal,
): Promise<z.infer<typeof votersResult>> {
  const result: z.infer<typeof votersResult> = { receipts: [], again: [], unserved: [], waits: [] }
  const one = async (dueAt: number) => {
    const id = crypto.randomUUID()
    let refusal = "no answer"
    let answered: number | undefined
    const waited = () => Math.round(clock() - dueAt)
    while (waited() < GIVE_UP_MS) {
      const answer = await fetch(`${url}/api/polls/${poll}/votes`, {
        method: "POST",
        headers: { "content-type": "application/json", "idempotency-key": id },
        body: '{"option":"a"}',
        signal: AbortSignal.timeout(GIVE_UP_MS),
      }).catch((error: Error) => error)
      if (!(answer instanceof Error)) answered ??= waited()
      if (!(answer instanceof Error) && (answer.status === 201 || answer.status === 200)) {
        result.receipts.push(answerSchema.parse(await answer.json()).receipt)
        const accepted = waited()
        result.waits.push({ dueAt, answered: answered ?? accepted, accepted })
        return
      }
      refusal = answer instanceof Error ? answer.message : `an answer with ${answer.status}`
      result.again.push(refusal)
      await Bun.sleep(AGAIN_MS)
    }
    result.unserved.push(refusal)
  }
  const start = clock()
  const voting = new Set<Promise<void>>()
  for (let next = 0; !stop.aborted; ) {
    for (; voting.size < AT_ONCE && start + (next * 1_000) / rate <= clock(); next++) {
      const voter = one(start + (next * 1_000) / rate)
      voting.add(voter)
      void voter.then(() => voting.delete(voter))
    }
    await Bun.sleep(TICK_MS)
  }
  await Promise.all(voting)
  return result
}

if (import.meta.main) await come(votersInput, vote)
