/** Polls in Postgres, as admins make and change them. A trigger on the table notifies everybody else. */

import { backoff, pause } from "@tallyroom/lib/backoff"
import { MAX_CODES, writeCode } from "@tallyroom/lib/ballots/codes"
import type { Database } from "@tallyroom/lib/database"
import { Problem, shown } from "@tallyroom/lib/errors"
import { POLLS_A_PART } from "@tallyroom/lib/http/list-part"
import { ANYBODY } from "@tallyroom/lib/polls/audience"
import { type Poll, votingPhase } from "@tallyroom/lib/polls/poll"
import { newSalt, type PlacedPoll, pollColumns, pollOrder, readPollRow } from "@tallyroom/lib/polls/rows"
import type { Queries } from "@tallyroom/lib/postgres/rights"
import { textArray } from "@tallyroom/lib/postgres-array"
import { z } from "zod"
import { isForAnybodyIn, mayKnow, unknownPollProblem } from "../access/audience"
import { hasNoVotes, onceCounted } from "./no-votes"
import { requireWorkersThatKnow } from "./older-workers"
import {
  changedPoll,
  isReopening,
  type NewPoll,
  needsNoVotes,
  type PollChange,
  requireFittingBallot,
  requireSchedule,
} from "./poll-change"
import { placeFor } from "./poll-order"

export type StoredPoll = PlacedPoll & {
  codesMade: number
  accepted: number
  closedAt: Date | null
  finalAt: Date | null
  pausedAt: Date | null
  /** A closed poll does not become final before this moment, so that the close can be undone; null unless it is closed. */
  finalFrom: Date | null
  /** Paused or closed in Postgres, while not every shard has recorded that it takes no more votes since. */
  isStopping: boolean
}

const extraSchema = z
  .object({
    codes_made: z.number(),
    accepted: z.coerce.number(),
    closed_at: z.date().nullable(),
    final_at: z.date().nullable(),
    paused_at: z.date().nullable(),
    final_from: z.date().nullable(),
    unconfirmed: z.boolean(),
  })
  .transform(({ codes_made, accepted, closed_at, final_at, paused_at, final_from, unconfirmed }) => ({
    codesMade: codes_made,
    accepted,
    closedAt: closed_at,
    finalAt: final_at,
    pausedAt: paused_at,
    finalFrom: final_from,
    unconfirmed,
  }))

/** Whether a poll is paused or closed, by its time too, while some shard has not recorded this stop and so may take votes. */
function isStopping(poll: Poll, unconfirmed: boolean): boolean {
  return unconfirmed && ["paused", "closed"].includes(votingPhase(poll, Date.now()))
}

/** How long a change is tried while others change the same poll. Each of them takes milliseconds. Less than CHANGE_DEADLINE_MS. */
const GIVE_UP_MS = 4_000
const LONGEST_PAUSE_MS = 250
const UNIQUE_VIOLATION = "23505"
const DEADLOCK = "40P01"
/** Of the trigger that keeps the rules: what was read before is not so any more. */
const AGAINST_RULES = "23000"

/** The polls with these ids, in the order of the list. */
export async function readStoredPolls(sql: Queries, ids: readonly string[]): Promise<StoredPoll[]> {
  const rows =
    await sql`${storedColumns(sql)} WHERE id = ANY(${textArray(ids)}::text[]) ORDER BY ${pollOrder(sql)}`
  return rows.flatMap(storedPoll)
}

/** Where a part of the list begins, and whether it is of the list that admins see. */
export type Part = { offset: number; admin: boolean }
export type ListPart = { polls: StoredPoll[]; hasMore: boolean }

/**
 * Parts of the list of all polls, as admins see it, or as everybody may: without drafts, archived ones, and those that are being
 * deleted. It takes two statements, however many parts are asked for: all that is told of a poll is read of those that are
 * listed alone, and not of all that an offset skips.
 */
export async function readListParts(
  sql: Queries,
  parts: ReadonlyMap<string, Part>,
): Promise<Map<string, ListPart>> {
  const listed = await sql<{ id: string; open: boolean }[]>`
    SELECT id, ${isForAnybodyIn(sql)} AND archived_at IS NULL AS open FROM polls ORDER BY ${pollOrder(sql)}`
  const forAnybody = listed.filter(({ open }) => open)
  const ids = [...parts].map(([key, { offset, admin }]) => {
    const list = admin ? listed : forAnybody
    const part = list.slice(offset, offset + POLLS_A_PART).map(({ id }) => id)
    return { key, admin, part, hasMore: list.length > offset + POLLS_A_PART }
  })
  const found = await readStoredPolls(sql, [...new Set(ids.flatMap(({ part }) => part))])
  const polls = new Map(found.map((poll) => [poll.id, poll]))
  // A poll may have changed between the two.
  const shown = (admin: boolean) => (poll: StoredPoll) => admin || (mayKnow(poll, ANYBODY) && !poll.archived)
  return new Map(
    ids.map(({ key, admin, part, hasMore }) => {
      const there = part.flatMap((id) => polls.get(id) ?? [])
      return [key, { polls: there.filter(shown(admin)), hasMore }]
    }),
  )
}

type ListedPoll = { id: string; title: string; archived: boolean }

/** By what polls are found in the list, of every poll, in the order of the list. */
export async function readListed(sql: Queries): Promise<ListedPoll[]> {
  return sql<
    ListedPoll[]
  >`SELECT id, title, archived_at IS NOT NULL AS archived FROM polls ORDER BY ${pollOrder(sql)}`
}

/** What `storedPoll` needs of polls. */
function storedColumns(sql: Queries) {
  return sql`
    SELECT ${pollColumns(sql)}, codes_made, closed_at, final_at, paused_at,
      CASE WHEN state = 'closed' THEN closed_at + (SELECT final_after FROM room) * interval '1 second' END AS final_from,
      state IN ('open', 'paused', 'closed') AND EXISTS (
        SELECT FROM shards
        LEFT JOIN closings ON closings.shard = shards.shard AND closings.poll = polls.number AND stop = polls.stops
          AND state <> 'open'
        WHERE closings.poll IS NULL) AS unconfirmed,
      COALESCE((SELECT sum(accepted) FROM books WHERE poll = number), 0) AS accepted
    FROM polls`
}

/** The poll of this row; nothing where the row is invalid. */
function storedPoll(row: unknown): StoredPoll[] {
  const poll = readPollRow(row)
  if (!poll) return []
  const { unconfirmed, ...extra } = extraSchema.parse(row)
  return [{ ...poll, ...extra, isStopping: isStopping(poll, unconfirmed) }]
}

/** Every shard of a Redis at work confirms a stop within milliseconds. A broker takes seconds, for which nobody waits. */
const STOPPED_WITHIN_MS = 500
const LOOK_AGAIN_MS = 20

/** The poll, once every shard has confirmed that it takes no more votes; as it is then, if that takes too long. */
export async function onceStopped(sql: Database, poll: StoredPoll): Promise<StoredPoll> {
  const end = performance.now() + STOPPED_WITHIN_MS
  let read = poll
  while (read.isStopping && performance.now() < end) {
    await Bun.sleep(LOOK_AGAIN_MS)
    read = await readStoredPoll(sql, poll.id)
  }
  return read
}

/** @throws {Problem} poll-unknown */
export async function readStoredPoll(sql: Queries, id: string): Promise<StoredPoll> {
  const [poll] = await readStoredPolls(sql, [id])
  if (!poll) throw unknownPollProblem(id)
  return poll
}

/** @throws {Problem} poll-exists; request-malformed for what does not fit together; database-away beside a worker that is too old for it */
export async function createPoll(sql: Database, poll: NewPoll): Promise<StoredPoll> {
  requireSchedule(poll, Date.now())
  requireFittingBallot(poll)
  await requireWorkersThatKnow(sql, poll)
  const made = await sql`
    INSERT INTO polls (id, title, options, ballot, decision, option_order, policy, state, results, eligibility, confirm, opens_at, closes_at, salt)
    VALUES (${poll.id}, ${poll.title}, ${sql.json(poll.options)}, ${sql.json(poll.ballot)}, ${poll.decision && sql.json(poll.decision)}, ${poll.order},
      ${poll.policy}, ${poll.state}, ${poll.results}, ${poll.eligibility}, ${poll.confirm}, ${poll.opensAt}, ${poll.closesAt}, ${newSalt()})
    ON CONFLICT (id) DO NOTHING RETURNING number`
  if (made.length === 0) {
    throw new Problem("poll-exists", `There is a poll ${shown(poll.id)} already: choose another id.`)
  }
  return poll.default ? changePoll(sql, poll.id, { default: true }) : readStoredPoll(sql, poll.id)
}

/** @throws {Problem} poll-unknown, poll-fixed, request-malformed; database-away while too many others change the poll */
export async function changePoll(sql: Database, id: string, change: PollChange): Promise<StoredPoll> {
  await requireWorkersThatKnow(sql, change)
  const end = performance.now() + GIVE_UP_MS
  for (let attempt = 1; ; attempt++) {
    if (await changedAtOnce(sql, id, change)) return readStoredPoll(sql, id)
    if (performance.now() > end) {
      const detail = `Too many change the poll ${shown(id)} at the same moment: try again.`
      throw new Problem("database-away", detail, { retryAfter: 1 })
    }
    // Those whom this change was in the way of try again too, so they must not all do so at the same time.
    await pause(backoff(attempt, LONGEST_PAUSE_MS))
  }
}

/** Whether the change was made; false when another change was in its way. */
async function changedAtOnce(sql: Database, id: string, change: PollChange): Promise<boolean> {
  const poll = await readStoredPoll(sql, id)
  try {
    if (needsNoVotes(poll, change, Date.now())) return await changeUnvoted(sql, poll, change)
    const place = change.place === undefined ? null : await placeFor(sql, poll, change.place)
    return await tryToChange(sql, poll, change, place)
  } catch (error) {
    if (isInTheWay(error)) return false
    throw error
  }
}

/** Whether Postgres refused a statement because of another one at the same moment. */
function isInTheWay(error: unknown): boolean {
  const code = (error as { code?: unknown }).code
  return code === UNIQUE_VIOLATION || code === DEADLOCK || code === AGAINST_RULES
}

/**
 * Writes the change. The former default poll loses that place in the same statement, once the row of this poll is locked in the
 * revision that was read.
 * @returns false when somebody else changed the poll meanwhile, or the condition does not hold
 */
async function tryToChange(
  sql: Database,
  poll: StoredPoll,
  change: PollChange,
  place: number | null,
  condition = sql`true`,
): Promise<boolean> {
  const now = Date.now()
  const next = changedPoll(poll, change, poll.accepted, now)
  const becomesDefault = change.default === true
  // An admin who pauses a paused poll takes the pause over: one that `changeUnvoted` made does not end by itself then.
  const pausesAgain = poll.state === "paused" && change.state === "paused"
  const hasTime = sql`(state = 'draft' OR closes_at IS NULL OR closes_at > now()
    OR closes_at IS NOT DISTINCT FROM ${next.closesAt} OR ${isReopening(poll, change, now)})`
  const write = sql`
    WITH target AS (
      SELECT number FROM polls WHERE number = ${poll.number} AND revision = ${poll.revision}
        AND ${hasTime} AND ${condition}
      FOR UPDATE
    ), former AS (
      UPDATE polls SET is_default = false, revision = revision + 1
      WHERE ${becomesDefault} AND is_default AND number <> ${poll.number} AND EXISTS (SELECT FROM target)
      RETURNING number
    )
    UPDATE polls SET title = ${next.title}, options = ${sql.json(next.options)}, ballot = ${sql.json(next.ballot)}, decision = ${next.decision && sql.json(next.decision)},
      option_order = ${next.order}, policy = ${next.policy},
      state = ${next.state}, stops = stops + ${pausesAgain ? 1 : 0},
      words = words + ${needsNoVotes(poll, change, now) ? 1 : 0}, results = ${next.results}, eligibility = ${next.eligibility},
      confirm = ${next.confirm}, opens_at = ${next.opensAt}, closes_at = ${next.closesAt},
      archived_at = CASE WHEN ${next.archived} THEN COALESCE(archived_at, now()) END,
      is_default = is_default OR ${becomesDefault}, place = COALESCE(${place}, place), revision = revision + 1
    FROM target WHERE polls.number = target.number AND (SELECT count(*) FROM former) >= 0
    RETURNING polls.number`
  return (await write).length > 0
}

/**
 * Changes what people vote on, where that is safe. The inbox may hold ballots of which Postgres knows nothing yet. So the poll
 * is paused, and no more ballots come in. Once every shard has counted what it had accepted before, one statement checks the
 * books, makes the change and resumes the poll.
 * If somebody else pauses or closes the poll meanwhile, that stays: only the pause that was made here is ended here.
 * @returns false when somebody else changed the poll meanwhile; the caller tries again
 * @throws {Problem} poll-fixed when there are votes, or when no worker counts in time
 */
async function changeUnvoted(sql: Database, poll: StoredPoll, change: PollChange): Promise<boolean> {
  changedPoll(poll, change, poll.accepted, Date.now())
  if (poll.state !== "open") return changeOnceCounted(sql, poll.id, change, null)
  if (!(await tryToChange(sql, poll, { state: "paused" }, null))) return false
  const ours = poll.stops + 1
  try {
    return await changeOnceCounted(sql, poll.id, change, ours)
  } catch (error) {
    await sql`UPDATE polls SET state = 'open', revision = revision + 1
      WHERE number = ${poll.number} AND state = 'paused' AND stops = ${ours}`.catch(() => {})
    throw error
  }
}

/** @param ours the stop that was made for this change, with which it ends; null when the poll was stopped already */
function changeOnceCounted(
  sql: Database,
  id: string,
  change: PollChange,
  ours: number | null,
): Promise<boolean> {
  return onceCounted(id, async () => {
    const poll = await readStoredPoll(sql, id)
    if (poll.state === "open") return false
    const goesOn = poll.state === "paused" && poll.stops === ours
    const next = goesOn ? { ...change, state: change.state ?? ("open" as const) } : change
    const place = change.place === undefined ? null : await placeFor(sql, poll, change.place)
    return (await tryToChange(sql, poll, next, place, hasNoVotes(sql))) || null
  })
}

/**
 * Makes a draft with the question, the options and the rules of another poll, and without its codes and schedule.
 * @throws {Problem} poll-unknown, poll-exists
 */
export async function duplicatePoll(
  sql: Database,
  id: string,
  { id: newId, title }: { id: string; title?: string | undefined },
): Promise<StoredPoll> {
  const { options, ballot, decision, order, policy, results, eligibility, confirm, ...poll } =
    await readStoredPoll(sql, id)
  const rules = {
    options,
    ballot,
    decision,
    order,
    policy,
    results,
    eligibility,
    confirm,
    opensAt: null,
    closesAt: null,
  }
  return createPoll(sql, { ...rules, id: newId, title: title ?? poll.title, state: "draft", default: false })
}

/**
 * Asks for a poll to be deleted. It can't be seen any more at once. The workers close it, count what was accepted, and then
 * delete it with all its data. Asking again changes nothing.
 * @throws {Problem} poll-unknown
 */
export async function deletePoll(sql: Database, id: string): Promise<StoredPoll> {
  // In one transaction: a worker that has nothing left to count deletes the poll as soon as it may.
  const poll = await sql.begin(async (transaction) => {
    await transaction`
      UPDATE polls SET deleting_at = now(), is_default = false, revision = revision + 1,
        state = CASE WHEN state = 'final' THEN 'final' ELSE 'closed' END
      WHERE id = ${id} AND deleting_at IS NULL`
    return readStoredPoll(transaction, id)
  })
  return poll
}

/**
 * Reserves so many serial numbers and writes their codes. No code is ever made twice.
 * @throws {Problem} poll-unknown, or poll-fixed when the poll takes no codes or has no more of them
 */
export async function makeCodes(sql: Database, id: string, count: number): Promise<string[]> {
  const { salt, first } = await reserveCodes(sql, id, count)
  return Array.from({ length: count }, (_, i) => writeCode(salt, first + i))
}

/**
 * Writes codes once more that were made before, up to the last one.
 * @param from the number of the first one, from 1
 * @throws {Problem} poll-unknown, poll-fixed when the poll takes no codes, request-malformed when it has none of that number
 */
export async function codesAgain(sql: Database, id: string, from: number, count: number): Promise<string[]> {
  const poll = await readStoredPoll(sql, id)
  const { salt, codesMade, eligibility } = poll
  if (eligibility !== "code") throw new Problem("poll-fixed", `The poll ${shown(id)} ${whyNoCodes(poll)}.`)
  if (from > codesMade)
    throw new Problem(
      "request-malformed",
      codesMade === 0
        ? `The poll ${shown(id)} has no codes yet: make some.`
        : `The poll ${shown(id)} has ${codesMade} codes and none of number ${from}: ask from 1 to ${codesMade} on.`,
    )
  return Array.from({ length: Math.min(count, codesMade - from + 1) }, (_, i) =>
    writeCode(salt, from - 1 + i),
  )
}

/** Reserves so many serial numbers. @returns the first of them, and the salt of the poll @throws {Problem} as `makeCodes` */
export async function reserveCodes(
  sql: Database,
  id: string,
  count: number,
): Promise<{ salt: string; first: number }> {
  const [row] = await sql`
    UPDATE polls SET codes_made = codes_made + ${count}
    WHERE id = ${id} AND deleting_at IS NULL AND eligibility = 'code' AND codes_made + ${count} <= ${MAX_CODES}
    RETURNING codes_made, salt`
  if (!row) {
    throw new Problem("poll-fixed", `The poll ${shown(id)} ${whyNoCodes(await readStoredPoll(sql, id))}.`)
  }
  const { codes_made, salt } = z.object({ codes_made: z.number(), salt: z.string() }).parse(row)
  return { salt, first: codes_made - count }
}

function whyNoCodes({ eligibility, deleting }: StoredPoll): string {
  if (deleting) return "is being deleted"
  return eligibility === "code" ? "can't have so many codes" : `takes votes by ${eligibility}, not by code`
}
