/** Which changes of a poll are allowed when. */

import { Problem, shown } from "@tallyroom/lib/errors"
import {
  eligibilitySchema,
  type Poll,
  policySchema,
  pollDefinitionSchema,
  resultsSchema,
  slugSchema,
} from "@tallyroom/lib/polls"
import { z } from "zod"
import { type FixedPart, fixedParts, isScheduled, WHY } from "./fixed-parts"
import { moveSchema } from "./poll-order"

export const newPollSchema = z.strictObject({
  id: slugSchema,
  ...pollDefinitionSchema.shape,
  state: z.enum(["draft", "open"]).default("draft"),
  default: z.boolean().default(false),
})

const { title, options, confirm, opensAt, closesAt } = pollDefinitionSchema.shape

export const pollChangeSchema = z
  .strictObject({
    title: title.optional(),
    /** The whole list, in the order in which it is shown. */
    options: options.optional(),
    policy: policySchema.optional(),
    results: resultsSchema.optional(),
    eligibility: eligibilitySchema.optional(),
    confirm: confirm.unwrap().optional(),
    opensAt: opensAt.unwrap().optional(),
    closesAt: closesAt.unwrap().optional(),
    /** "draft" takes a scheduled poll off its schedule. */
    state: z.enum(["draft", "open", "closed"]).optional(),
    default: z.literal(true).optional(),
    archived: z.boolean().optional(),
    /** Where it stands in the list of polls. */
    place: moveSchema.optional(),
  })
  .refine((change) => Object.keys(change).length > 0, "must change something")

export type NewPoll = z.output<typeof newPollSchema>
export type PollChange = z.output<typeof pollChangeSchema>

/** Under which id a copy is made; all else is taken over, but the schedule. */
export const duplicateSchema = z.strictObject({ id: slugSchema, title: title.optional() })

type Changed = Omit<Poll, "number" | "id" | "salt" | "revision" | "isDefault" | "deleting">

/**
 * The poll as it is after an allowed change.
 * @param accepted ballots that were accepted so far, as far as Postgres knows
 * @throws {Problem} poll-fixed, or request-malformed for a schedule that makes no sense
 */
export function changedPoll(poll: Poll, change: PollChange, accepted: number, now: number): Changed {
  if (poll.deleting) throw fixed(poll.id, "is being deleted: nothing about it can be changed any more.")
  requireTransition(poll, change.state, accepted, now)
  const takenBack = poll.state === "open" && change.state === "draft"
  if (!takenBack) requireFixedStays(poll, change, accepted, now)
  const { default: _, place: __, ...fields } = change
  const changed = { ...poll, ...withoutUndefined(fields) }
  const moved = differs(poll.opensAt, change.opensAt) || differs(poll.closesAt, change.closesAt)
  const opens = change.state === "open" && poll.state === "draft"
  if (moved || opens) requireSchedule(changed, now)
  return changed
}

/** @throws {Problem} request-malformed unless the poll closes after it opens, and not in the past. */
export function requireSchedule(
  { opensAt, closesAt }: Pick<Poll, "opensAt" | "closesAt">,
  now: number,
): void {
  if (!closesAt) return
  const closes = `closesAt is ${closesAt.toISOString()}`
  if (opensAt && closesAt <= opensAt) throw malformed(`${closes}, not after opensAt ${opensAt.toISOString()}`)
  if (closesAt.getTime() <= now) throw malformed(`${closes}, which has passed`)
}

/**
 * Before its opening a scheduled poll becomes a draft again as long as the inbox is sure to hear of it in time: a worker
 * tells it within milliseconds.
 */
const UNSCHEDULED_BEFORE_MS = 10_000

function requireTransition(poll: Poll, next: PollChange["state"], accepted: number, now: number): void {
  const { id, state } = poll
  if (next === undefined || next === state || LEGAL[state] === next) return
  if (next === "draft" && isScheduled(poll, now)) {
    requireUnused(poll, accepted, now)
    return
  }
  const why = next === "closed" && state === "draft" ? "open it first" : "make a new poll instead"
  throw fixed(id, `is ${state} and can't be made ${next}: ${why}.`)
}

function requireUnused({ id, opensAt }: Poll, accepted: number, now: number): void {
  if (accepted > 0) throw fixed(id, "has taken votes and can't be made draft: close it instead.")
  if ((opensAt?.getTime() ?? now) - now >= UNSCHEDULED_BEFORE_MS) return
  throw fixed(
    id,
    `opens in less than ${UNSCHEDULED_BEFORE_MS / 1_000} seconds and can't be made draft: close it instead.`,
  )
}

const LEGAL: Partial<Record<Poll["state"], Poll["state"]>> = { draft: "open", open: "closed" }

/** @throws {Problem} poll-fixed for a part that would change although it can't any more */
function requireFixedStays(poll: Poll, change: PollChange, accepted: number, now: number): void {
  const changes: Record<FixedPart, boolean> = {
    title: change.title !== undefined && change.title !== poll.title,
    labels: change.options !== undefined && labelsChange(poll.options, change.options),
    policy: change.policy !== undefined && change.policy !== poll.policy,
    eligibility: change.eligibility !== undefined && change.eligibility !== poll.eligibility,
    "option ids": change.options !== undefined && idsOf(change.options) !== idsOf(poll.options),
    opensAt: differs(poll.opensAt, change.opensAt),
    closesAt: differs(poll.closesAt, change.closesAt),
  }
  for (const [part, why] of Object.entries(fixedParts(poll, accepted, now))) {
    if (!changes[part as FixedPart]) continue
    throw fixed(
      poll.id,
      `${WHY[why]}: its ${part} can't be changed ${why === "scheduled" ? "unless it is made a draft again" : "any more"}${HINTS[part] ?? ""}.`,
    )
  }
}

const HINTS: Record<string, string> = { "option ids": "; send all of them" }

function idsOf(list: { id: string }[]): string {
  return list
    .map(({ id }) => id)
    .sort()
    .join(" ")
}

/** Options that come or go are another matter. */
function labelsChange(before: Poll["options"], after: Poll["options"]): boolean {
  const labels = new Map(before.map(({ id, label }) => [id, label]))
  return after.some(({ id, label }) => labels.has(id) && labels.get(id) !== label)
}

function differs(before: Date | null, after: Date | null | undefined): boolean {
  return after !== undefined && before?.getTime() !== after?.getTime()
}

function withoutUndefined<T extends object>(fields: T): { [Key in keyof T]: Exclude<T[Key], undefined> } {
  const given = Object.entries(fields).filter(([, value]) => value !== undefined)
  return Object.fromEntries(given) as { [Key in keyof T]: Exclude<T[Key], undefined> }
}

function fixed(id: string, what: string): Problem {
  return new Problem("poll-fixed", `The poll ${shown(id)} ${what}`)
}

function malformed(what: string): Problem {
  return new Problem("request-malformed", `${what}: correct the request.`)
}
