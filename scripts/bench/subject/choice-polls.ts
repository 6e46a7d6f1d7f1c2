/** Two polls of ten options: in one a ballot chooses one of them, in the other three. */

import { textOf } from "@tallyroom/lib/ballots/choice"
import type { Database } from "@tallyroom/lib/database"
import { keys } from "@tallyroom/lib/inbox/keys"
import { type BallotMethod, ONE_OPTION } from "@tallyroom/lib/polls/ballot-method"
import type { Poll } from "@tallyroom/lib/polls/poll"
import { newSalt, pollColumns, readPollRow } from "@tallyroom/lib/polls/rows"
import type { Redis } from "ioredis"
import { waitFor } from "../../services/wait"
import type { VoteRequest } from "../figures/wrk"
import { DEFAULT_SHARDS } from "./poll"

export const CHOSEN = 3
const OPTIONS = Array.from({ length: 10 }, (_, i) => ({ id: `o${i}`, label: `Option ${i}` }))
const SEVERAL: BallotMethod = { method: "choose", min: 1, max: CHOSEN, abstain: false }
/** So many different ballots are made before anything is measured. */
const TEXTS = 1_000

type ChoicePoll = { poll: Poll; request: VoteRequest }
export type ChoicePolls = { one: ChoicePoll; several: ChoicePoll }

/** Makes both in Postgres, and returns once a worker has written their copies into each shard. */
export async function makeChoicePolls(sql: Database, redis: Redis): Promise<ChoicePolls> {
  const chosen = OPTIONS.slice(0, CHOSEN).map(({ id }) => id)
  return {
    one: await makePoll(sql, redis, "one", ONE_OPTION, { option: chosen[0] }),
    several: await makePoll(sql, redis, "several", SEVERAL, { options: chosen }),
  }
}

async function makePoll(
  sql: Database,
  redis: Redis,
  id: string,
  ballot: BallotMethod,
  body: object,
): Promise<ChoicePoll> {
  await sql`
    INSERT INTO polls (id, title, options, ballot, policy, state, results, eligibility, salt)
    VALUES (${id}, ${id}, ${JSON.stringify(OPTIONS)}::text::jsonb, ${JSON.stringify(ballot)}::text::jsonb,
      'final', 'open', 'live', 'browser', ${newSalt()})`
  const [row] = await sql`SELECT ${pollColumns(sql)} FROM polls WHERE id = ${id}`
  const poll = readPollRow(row)
  if (!poll) throw new Error(`the poll ${id} can't be read`)
  for (let shard = 0; shard < DEFAULT_SHARDS; shard++)
    await waitFor(`the copy in shard ${shard}`, async () => (await redis.exists(keys.poll(shard, id))) === 1)
  return { poll, request: { path: `/api/polls/${id}/votes`, body: JSON.stringify(body) } }
}

/** Gives one ballot after the other: each chooses as many options as it may, by chance. */
export function choicesBy(poll: Poll): () => string {
  const most = poll.ballot.method === "choose" && poll.ballot.max === CHOSEN ? CHOSEN : 1
  const texts = Array.from({ length: TEXTS }, () => {
    const options = [...OPTIONS].sort(() => Math.random() - 0.5).slice(0, most)
    const text = textOf(poll, { options: options.map(({ id }) => id) })
    if (text === null) throw new Error(`the poll ${poll.id} does not take ${most} options`)
    return text
  })
  let next = 0
  return () => texts[next++ % TEXTS] ?? ""
}
