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

export const newPollSchema = z.strictObject({
  id: slugSchema,
  ...pollDefinitionSchema.shape,
  state: z.enum(["draft", "open"]).default("draft"),
  default: z.boolean().default(false),
})

const { title, options, opensAt, closesAt } = pollDefinitionSchema.shape

export const pollChangeSchema = z
  .strictObject({
    title: title.optional(),
    /** The whole list, in the order in which it is shown. */
    options: options.optional(),
    policy: policySchema.optional(),
    results: resultsSchema.optional(),
    eligibility: eligibilitySchema.optional(),
    opensAt: opensAt.unwrap().optional(),
    closesAt: closesAt.unwrap().optional(),
    state: z.enum(["open", "closed"]).optional(),
    default: z.literal(true).optional(),
  })
  .refine((change) => Object.keys(change).length > 0, "must change something")

export type NewPoll = z.output<typeof newPollSchema>
export type PollChange = z.output<typeof pollChangeSchema>

type Changed = Omit<Poll, "number" | "id" | "salt" | "revision" | "isDefault">

/**
 * The poll as it is after an allowed change.
 * @param accepted ballots that were accepted so far, as far as Postgres knows
 * @throws {Problem} poll-fixed, or request-malformed for a schedule that makes no sense
 */
export function changedPoll(poll: Poll, change: PollChange, accepted: number, now: number): Changed {
  requireTransition(poll, change.state)
  if (poll.state !== "draft") requireFixedStays(poll, change)
  if (differs(poll.opensAt, change.opensAt)) requireOpensAtMayMove(poll, accepted, now)
  if (differs(poll.closesAt, change.closesAt)) requireClosesAtMayMove(poll)
  const { default: _, ...fields } = change
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

function requireTransition({ id, state }: Poll, next: "open" | "closed" | undefined): void {
  if (next === undefined || next === state || LEGAL[state] === next) return
  const why = next === "closed" && state === "draft" ? "open it first" : "make a new poll instead"
  throw fixed(id, `is ${state} and can't be made ${next}: ${why}.`)
}

const LEGAL: Partial<Record<Poll["state"], Poll["state"]>> = { draft: "open", open: "closed" }

function requireFixedStays(poll: Poll, change: PollChange): void {
  for (const field of ["policy", "eligibility"] as const) {
    if (change[field] === undefined || change[field] === poll[field]) continue
    throw fixed(poll.id, `has been opened: its ${field} can't be changed any more.`)
  }
  if (change.options && idsOf(change.options) !== idsOf(poll.options)) {
    throw fixed(poll.id, "has been opened: its option ids can't be changed any more; send all of them.")
  }
}

function requireOpensAtMayMove(poll: Poll, accepted: number, now: number): void {
  if (poll.state === "draft") return
  if (accepted > 0) throw fixed(poll.id, "has taken votes: its opensAt can't be changed any more.")
  const open = poll.state === "open" && poll.opensAt !== null && poll.opensAt.getTime() > now
  if (!open) throw fixed(poll.id, "has opened already: its opensAt can't be changed any more.")
}

function requireClosesAtMayMove({ id, state }: Poll): void {
  if (state === "draft" || state === "open") return
  throw fixed(id, `is ${state}: its closesAt can't be changed any more.`)
}

function idsOf(list: { id: string }[]): string {
  return list
    .map(({ id }) => id)
    .sort()
    .join(" ")
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
