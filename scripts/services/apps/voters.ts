/** People who vote over HTTP, and send the same ballot again until they have an answer. */

import { waitFor } from "../wait"

export type Accepted = { voter: string; option: string; receipt: string }

/** What a ballot says: an option's id, or the fields of any ballot. */
export type Says =
  | string
  | { option: string }
  | { options: readonly string[] }
  | { ranking: readonly string[] }
  | { ratings: Readonly<Record<string, number>> }
  | { answers: Readonly<Record<string, string>> }
  | { abstain: true }

/** Longer than every outage that a test makes. */
const GIVE_UP_MS = 50_000

/** One person: a client without cookies that gives its own id, as curl would. */
export function person(): string {
  return crypto.randomUUID()
}

/** An answer that takes longer is none. */
const PATIENCE_MS = 5_000

/**
 * One vote over JSON; a network failure counts as no answer.
 * @param says an option's id, or the fields of a ballot that says something else
 * @param replaces the receipt of the vote that this one is to replace, or "none"
 */
export async function castOnce(
  url: string,
  poll: string,
  who: string,
  says: Says,
  replaces?: string,
  patienceMs = PATIENCE_MS,
): Promise<Response | null> {
  try {
    return await fetch(`${url}/api/polls/${poll}/votes`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "idempotency-key": who,
        ...(replaces !== undefined && { replaces }),
      },
      body: JSON.stringify(typeof says === "string" ? { option: says } : says),
      signal: AbortSignal.timeout(patienceMs),
    })
  } catch {
    return null
  }
}

/**
 * Votes until there is an answer other than "try again". `urls` are asked in turn, as a load balancer would.
 * @returns the status that ended it, and the body
 */
export async function castUntilAnswered(
  urls: string[],
  poll: string,
  who: string,
  says: Says,
  giveUpMs = GIVE_UP_MS,
) {
  const end = performance.now() + giveUpMs
  let last = "none"
  for (let attempt = 0; performance.now() < end; attempt++) {
    const url = urls[attempt % urls.length] ?? ""
    const response = await castOnce(url, poll, who, says)
    if (response && response.status !== 503 && response.status !== 429) {
      return { status: response.status, body: (await response.json()) as Record<string, string> }
    }
    last = response ? await response.text() : "none"
    await Bun.sleep(20 + Math.random() * 80)
  }
  throw new Error(`no answer to ${who} within ${giveUpMs} ms; the last: ${last}`)
}

/**
 * Votes until the vote is accepted: vote reads polls from one shard, and another shard may learn a moment later of a
 * poll, or that it is open.
 */
export async function castUntilTaken(
  url: string,
  poll: string,
  option: string,
  who = person(),
): Promise<void> {
  await waitFor(`a vote in ${poll}`, async () => {
    const { status } = await castUntilAnswered([url], poll, who, option)
    return status === 201 || status === 200
  })
}

/** Runs `work` for 0 … total-1, `concurrency` at a time. */
export async function crowd(
  total: number,
  concurrency: number,
  work: (i: number) => Promise<void>,
): Promise<void> {
  let next = 0
  const one = async () => {
    while (next < total) await work(next++)
  }
  await Promise.all(Array.from({ length: concurrency }, one))
}
