/** The copies of polls in Redis: the worker writes them from Postgres, vote reads them. */

import type { Redis } from "ioredis"
import { z } from "zod"
import { type Position, parsePosition } from "../../ballots/ballot"
import { ABSTENTION } from "../../ballots/choice"
import { postsSchema } from "../../contracts/posts"
import { type Poll, pollSchema, slugSchema } from "../../polls/poll"
import { ballotFormOf, InboxAway } from "../contract"
import { keys, RESTORING } from "../keys"
import type { ProjectOutcome } from "./scripts"

/** What can be voted on, and over how many shards the voters are spread. */
export const indexSchema = z.object({
  shards: z.int().min(1).max(1024),
  default: slugSchema.nullable(),
  open: z.array(slugSchema),
  /** How posts are voted on; absent where the worker makes none. */
  posts: postsSchema.optional(),
})
export type PollIndex = z.infer<typeof indexSchema>

const jsonSchema = z.string().transform((text, context) => {
  try {
    return JSON.parse(text) as unknown
  } catch {
    context.addIssue("is not JSON")
    return z.NEVER
  }
})

export type CopyConditions = {
  /** The acceptance count that Postgres knows of this poll and shard. */
  accepted?: number
  /** What the fence holds while the caller restores the shard: then it may replace anything in it. */
  marker?: string
  /** The copy was written before: if it is gone, this Redis has lost something. */
  mustExist?: boolean
  /** There is no later poll under this id: a greater number in the shard is garbage. */
  isLatest?: boolean
}

/**
 * Writes a poll's copy into a shard, unless project.lua knows a reason not to.
 * @returns the outcome as project.lua says it, and the shard's last stream id
 */
export async function writePollCopy(
  redis: Redis,
  shard: number,
  poll: Poll,
  { accepted = 0, marker = "", mustExist = false, isLatest = false }: CopyConditions = {},
): Promise<{ outcome: ProjectOutcome; last: Position }> {
  const form = ballotFormOf(poll)
  const fields = {
    state: poll.state,
    policy: poll.policy,
    eligibility: poll.eligibility,
    words: poll.words,
    opens: poll.opensAt?.getTime() ?? "",
    closes: poll.closesAt?.getTime() ?? "",
    options: `,${textsOf(poll).join(",")},`,
    form,
    poll: JSON.stringify(form === "" ? poll : withoutOptions(poll)),
  }
  const [outcome, last] = await redis.projectPoll(
    keys.poll(shard, poll.id),
    keys.inbox(shard),
    keys.voters(shard, poll.id),
    keys.fence(shard),
    accepted,
    marker,
    mustExist ? 1 : 0,
    isLatest ? 1 : 0,
    poll.number,
    poll.revision,
    ...Object.entries(fields).flat(),
  )
  const position = parsePosition(last)
  if (!position) throw new Error(`Redis names a last entry ${JSON.stringify(last)}`)
  return { outcome, last: position }
}

/**
 * A poll whose ballots say several things has its options under another name. A vote app of before such ballots would take the id of an
 * option for one, where a broker's stream refuses nothing: it can't read this copy, and takes no ballot.
 */
function withoutOptions({ options, ...poll }: Poll) {
  return { ...poll, named: options }
}

const copySchema = z
  .looseObject({ named: z.unknown().optional() })
  .transform(({ named, ...poll }) => (named === undefined ? poll : { ...poll, options: named }))
  .pipe(pollSchema)

/** What a ballot may say that says one option. */
function textsOf({ options, ballot }: Poll): string[] {
  return [...options.map(({ id }) => id), ...(ballot.abstain ? [ABSTENTION] : [])]
}

/** No worker's reading of a poll is older than this when the worker writes it. */
const TOMBSTONE_KEPT_SECONDS = 24 * 3_600

/**
 * Removes a deleted poll's copy and voters from a shard; a later poll under the same id stays.
 * @param absent what to leave where there is no copy: a tombstone against workers with an older reading, or nothing
 */
export async function replaceByTombstone(
  redis: Redis,
  shard: number,
  { id, number }: Pick<Poll, "id" | "number">,
  absent: "tombstone" | "nothing",
): Promise<void> {
  await redis.writeTombstone(
    keys.poll(shard, id),
    keys.voters(shard, id),
    number,
    TOMBSTONE_KEPT_SECONDS,
    absent,
  )
}

/**
 * The poll with this id; null when there is none, "deleted" when there was one and its tombstone is still there.
 * @throws {InboxAway} while shard 0 is not open, so that a wiped Redis does not look like one without polls; or when
 * the copy is garbage (the worker mends it).
 */
export async function findPollCopy(redis: Redis, id: string): Promise<Poll | "deleted" | null> {
  const [[json = null, state = null], fence] = await Promise.all([
    redis.hmget(keys.poll(0, id), "poll", "state"),
    redis.get(keys.fence(0)),
  ])
  if (json === null) {
    if (state === "deleted") return "deleted"
    if (fence === null || fence.startsWith(RESTORING)) throw new InboxAway("the inbox is restoring")
    return null
  }
  return parseCopy(id, json)
}

/** What earlier versions wrote into the fence where a broker holds the ballots: it names no Redis. */
const FENCES_WITHOUT_REDIS = ["nats", "rabbitmq"]

/**
 * The same where a broker holds the ballots. There vote alone knows whether the poll takes any, so it believes only a Redis
 * that a worker has verified: one that was restarted or replaced may show polls as they were long ago.
 * @returns the copy, and the Redis process that it stands in
 * @throws {InboxAway} also while no worker has written the polls into this Redis process
 */
export async function findVerifiedPollCopy(
  redis: Redis,
  id: string,
): Promise<{ poll: Poll | "deleted" | null; serving: string }> {
  const [json, state, fence, serving] = await redis.findPoll(keys.poll(0, id), keys.fence(0))
  if (fence !== serving && !FENCES_WITHOUT_REDIS.includes(fence))
    throw new InboxAway("the inbox is restoring")
  if (json !== "") return { poll: parseCopy(id, json), serving }
  return { poll: state === "deleted" ? "deleted" : null, serving }
}

function parseCopy(id: string, json: string): Poll | "deleted" {
  const parsed = jsonSchema.pipe(copySchema).safeParse(json)
  if (!parsed.success || parsed.data.id !== id) throw new InboxAway(`the copy of poll ${id} can't be read`)
  return parsed.data.deleting ? "deleted" : parsed.data
}

/** The poll with this id; null when there is none, or it was deleted. @throws {InboxAway} */
export async function readPollCopy(redis: Redis, id: string): Promise<Poll | null> {
  const found = await findPollCopy(redis, id)
  return found === "deleted" ? null : found
}

export async function writeIndex(redis: Redis, index: PollIndex): Promise<void> {
  await redis.putValues(1, keys.polls, JSON.stringify(index))
}

/** @throws {InboxAway} when there is none yet, or when it is garbage. */
export async function readIndex(redis: Redis): Promise<PollIndex> {
  const parsed = jsonSchema.pipe(indexSchema).safeParse(await redis.get(keys.polls))
  if (!parsed.success) throw new InboxAway("no worker has opened the inbox yet")
  return parsed.data
}
