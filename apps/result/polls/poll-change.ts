/** The rules about which changes of a poll are allowed. */

import { isDeepStrictEqual } from "node:util"
import { Problem, shown } from "@tallyroom/lib/errors"
import { ballotMethodSchema } from "@tallyroom/lib/polls/ballot-method"
import { decisionSchema, fitsMethod, RULES_WITH_SEATS, rulesOf } from "@tallyroom/lib/polls/decision"
import { fewestOptions, MAX_OPTIONS } from "@tallyroom/lib/polls/limits"
import {
  eligibilitySchema,
  optionSchema,
  orderSchema,
  type Poll,
  policySchema,
  pollDefinitionSchema,
  resultsSchema,
  slugSchema,
} from "@tallyroom/lib/polls/poll"
import { MAY_FOLLOW } from "@tallyroom/lib/polls/rules"
import { z } from "zod"
import {
  type FixedPart,
  type FixedReason,
  fixedParts,
  isScheduled,
  takesNoMoreVotes,
  WHY,
} from "./fixed-parts"
import { moveSchema } from "./poll-order"

export const newPollSchema = z.strictObject({
  id: slugSchema,
  ...pollDefinitionSchema.shape,
  state: z.enum(["draft", "open"]).default("draft"),
  default: z.boolean().default(false),
})

/** What may be sent for a new poll, before `withMissingIds` adds the ids that are missing. */
export const sentPollSchema = newPollSchema.extend({
  id: slugSchema.optional(),
  options: z
    .array(optionSchema.partial({ id: true }))
    .min(1)
    .max(MAX_OPTIONS),
})

const { title, options, confirm, opensAt, closesAt } = pollDefinitionSchema.shape

export const pollChangeSchema = z
  .strictObject({
    title: title.optional(),
    /** The whole list, in the order in which it is shown. */
    options: options.optional(),
    ballot: ballotMethodSchema.optional(),
    decision: decisionSchema.nullable().optional(),
    order: orderSchema.optional(),
    policy: policySchema.optional(),
    results: resultsSchema.optional(),
    eligibility: eligibilitySchema.optional(),
    confirm: confirm.unwrap().optional(),
    opensAt: opensAt.unwrap().optional(),
    closesAt: closesAt.unwrap().optional(),
    /** "draft" takes a scheduled poll off its schedule. "open" resumes a paused poll, and undoes a close until the poll is final. */
    state: z.enum(["draft", "open", "paused", "closed"]).optional(),
    default: z.literal(true).optional(),
    archived: z.boolean().optional(),
    /** The place of the poll in the list. */
    place: moveSchema.optional(),
  })
  .refine((change) => Object.keys(change).length > 0, "must change something")

export type NewPoll = z.output<typeof newPollSchema>
export type PollChange = z.output<typeof pollChangeSchema>

/** The id and title of a copy. It gets all else from its original, except the schedule. */
export const duplicateSchema = z.strictObject({ id: slugSchema, title: title.optional() })

type Changed = Omit<Poll, "number" | "id" | "salt" | "revision" | "isDefault" | "deleting">

/**
 * Returns the poll after the change, if the change is allowed.
 * @param accepted how many ballots were accepted so far, as far as Postgres knows
 * @throws {Problem} poll-fixed, or request-malformed for a schedule that makes no sense
 */
export function changedPoll(poll: Poll, change: PollChange, accepted: number, now: number): Changed {
  if (poll.deleting) throw fixed(poll.id, "is being deleted: nothing about it can be changed any more.")
  requireTransition(poll, change.state, accepted, now)
  const takenBack = poll.state === "open" && change.state === "draft"
  const reopens = isReopening(poll, change, now)
  if (!takenBack) requireFixedStays(poll, change, { accepted, now, reopens })
  const { default: _, place: __, ...fields } = change
  // A poll that becomes a draft again loses its opening time, as it would open by itself otherwise.
  const changed = { ...poll, ...(takenBack && { opensAt: null }), ...withoutUndefined(fields) }
  if (reopens) requireTimeLeft(changed, now)
  const moved = differs(poll.opensAt, change.opensAt) || differs(poll.closesAt, change.closesAt)
  const opens = change.state === "open" && poll.state === "draft"
  if (moved || opens) requireSchedule(changed, now)
  requireFittingBallot(changed)
  return changed
}

/** @throws {Problem} request-malformed for a ballot of more options than there are, or a decision that does not fit it */
export function requireFittingBallot(poll: Pick<Poll, "ballot" | "decision" | "options">): void {
  const { ballot, options } = poll
  const fewest = fewestOptions(ballot)
  if (options.length < fewest)
    throw malformed(
      `options: must have at least ${fewest} where ballots ${ballot.method}; one alone can be decided (ballot.method "decide")`,
    )
  if ("max" in ballot && ballot.max !== "all") requireEnoughOptions("ballot.max", ballot.max, options.length)
  if (ballot.method === "choose") requireEnoughOptions("ballot.min", ballot.min, options.length)
  requireFittingDecision(poll)
}

function requireFittingDecision({
  ballot,
  decision,
  options,
}: Pick<Poll, "ballot" | "decision" | "options">): void {
  if (decision === null) return
  const { rule } = decision
  if (!fitsMethod({ ballot }, rule))
    throw malformed(
      `decision.rule is ${rule}, and ballots that ${ballot.method} are decided by ${rulesOf({ ballot }).join(" or ")}`,
    )
  if (rule === "majority") return
  if (decision.seats > 1 && !RULES_WITH_SEATS.includes(rule))
    throw malformed(`decision.seats is ${decision.seats}, and ${rule} has one winner`)
  requireEnoughOptions("decision.seats", decision.seats, options.length)
}

function requireEnoughOptions(field: string, asked: number, there: number): void {
  if (asked > there) throw malformed(`${field} is ${asked}, and the poll has ${there} options`)
}

/** Whether the change undoes a close, whether an admin or the schedule closed the poll. */
export function isReopening(poll: Poll, { state }: PollChange, now: number): boolean {
  return takesNoMoreVotes(poll, now) && (state === "open" || state === "paused")
}

/** @throws {Problem} request-malformed for a poll that would close again at once */
function requireTimeLeft({ id, closesAt }: Pick<Poll, "id" | "closesAt">, now: number): void {
  if (closesAt === null || closesAt.getTime() > now) return
  const detail = `The poll ${shown(id)} closed at its closesAt, ${closesAt.toISOString()}: to open it again give another closesAt, or null, too.`
  throw new Problem("request-malformed", detail)
}

/**
 * @throws {Problem} request-malformed unless the poll closes after it opens, and not in the past. The opening time of a draft
 * must not be in the past either.
 */
export function requireSchedule(
  { state, opensAt, closesAt }: Pick<Poll, "state" | "opensAt" | "closesAt">,
  now: number,
): void {
  if (state === "draft" && opensAt && opensAt.getTime() <= now) {
    throw malformed(`opensAt is ${opensAt.toISOString()}, which has passed`)
  }
  if (!closesAt) return
  const closes = `closesAt is ${closesAt.toISOString()}`
  if (opensAt && closesAt <= opensAt) throw malformed(`${closes}, not after opensAt ${opensAt.toISOString()}`)
  if (closesAt.getTime() <= now) throw malformed(`${closes}, which has passed`)
}

/**
 * A scheduled poll can be made a draft again up to so long before it opens, so that the inbox is sure to hear of it in time. A
 * worker tells the inbox within milliseconds.
 */
const UNSCHEDULED_BEFORE_MS = 10_000

function requireTransition(poll: Poll, next: PollChange["state"], accepted: number, now: number): void {
  const { id, state } = poll
  if (next === undefined || next === state) return
  if (next === "draft" && isScheduled(poll, now)) {
    requireUnused(poll, accepted, now)
    return
  }
  if (next === "paused" && isScheduled(poll, now)) {
    throw fixed(id, "has not opened yet, so that it can't be paused: wait until it is open.")
  }
  if (MAY_FOLLOW[state].includes(next)) return
  throw fixed(id, `is ${state} and can't be made ${next}: ${instead(state, next)}.`)
}

function instead(state: Poll["state"], next: Poll["state"]): string {
  if (state === "final") return "its tally never changes, so make a new poll instead"
  return state === "draft" || next !== "draft" ? "open it first" : "make a new poll instead"
}

function requireUnused(poll: Poll, accepted: number, now: number): void {
  if (accepted > 0) throw fixed(poll.id, "has taken votes and can't be made draft: close it instead.")
  if (!opensSoon(poll, now)) return
  throw fixed(
    poll.id,
    `opens in less than ${UNSCHEDULED_BEFORE_MS / 1_000} seconds and can't be made draft: close it instead.`,
  )
}

function opensSoon({ opensAt }: Poll, now: number): boolean {
  return (opensAt?.getTime() ?? now) - now < UNSCHEDULED_BEFORE_MS
}

type Circumstances = { accepted: number; now: number; reopens: boolean }

/** @throws {Problem} poll-fixed if the change is of a part that can't be changed any more */
function requireFixedStays(poll: Poll, change: PollChange, { accepted, now, reopens }: Circumstances): void {
  const changes = changesOf(poll, change)
  const { closesAt, ...others } = fixedParts(poll, accepted, now)
  const parts = { ...others, ...(closesAt && !reopens && { closesAt }) }
  for (const [part, why] of Object.entries(parts)) {
    if (!changes[part as FixedPart]) continue
    throw fixed(
      poll.id,
      `${WHY[why]}: its ${part} can't be changed ${why === "scheduled" ? "unless it is made a draft again" : "any more"}${HINTS[part] ?? REASON_HINTS[why] ?? ""}.`,
    )
  }
}

function changesOf(poll: Poll, change: PollChange): Record<FixedPart, boolean> {
  return {
    title: change.title !== undefined && change.title !== poll.title,
    labels: change.options !== undefined && labelsChange(poll.options, change.options),
    policy: change.policy !== undefined && change.policy !== poll.policy,
    eligibility: change.eligibility !== undefined && change.eligibility !== poll.eligibility,
    ballot: change.ballot !== undefined && !isDeepStrictEqual(change.ballot, poll.ballot),
    decision:
      change.decision !== undefined &&
      !isDeepStrictEqual(withoutRoll(change.decision), withoutRoll(poll.decision)),
    "eligible voters": change.decision !== undefined && change.decision?.eligible !== poll.decision?.eligible,
    order: change.order !== undefined && change.order !== poll.order,
    "option ids": change.options !== undefined && idsOf(change.options) !== idsOf(poll.options),
    opensAt: differs(poll.opensAt, change.opensAt),
    closesAt: differs(poll.closesAt, change.closesAt),
  }
}

/**
 * Whether the change is of what people vote on, in a poll that takes votes or may have taken some. It is safe only if no vote
 * was accepted, and accepted votes reach Postgres late.
 */
export function needsNoVotes(poll: Poll, change: PollChange, now: number): boolean {
  if (poll.state === "draft" || change.state === "draft") return false
  if (isScheduled(poll, now) && !opensSoon(poll, now)) return false
  const { title, labels, "option ids": ids } = changesOf(poll, change)
  return title || labels || ids
}

/** The decision, and whether it says how many may vote: that it does is fixed with it, and how many may be corrected. */
function withoutRoll(decision: Poll["decision"]) {
  return decision && { ...decision, eligible: decision.eligible !== undefined }
}

const HINTS: Record<string, string> = { "option ids": "; send all of them" }

/** What a host can do who finds a mistake once people vote. */
const DUPLICATE = "; correct a duplicate of the poll instead"
const REASON_HINTS: Partial<Record<FixedReason, string>> = { voted: DUPLICATE, opened: DUPLICATE }

function idsOf(list: { id: string }[]): string {
  return list
    .map(({ id }) => id)
    .sort()
    .join(" ")
}

/** Whether the label of an option changes. Options that are added or removed don't count. */
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
