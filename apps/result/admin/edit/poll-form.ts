/** Reads and validates the form of a poll. */

import { Problem } from "@tallyroom/lib/errors"
import { MAX_OPTIONS } from "@tallyroom/lib/polls/limits"
import { pollDefinitionSchema } from "@tallyroom/lib/polls/poll"
import type { z } from "zod"
import { readKeptForm } from "../../http/sent-form"
import { withIds } from "../../polls/generated-ids"
import { newPollSchema, pollChangeSchema } from "../../polls/poll-change"
import { MOST_FINGERPRINTS } from "./concurrent-edits"
import { type DecisionDraft, decisionDraft, storedDecisionOf } from "./decision-draft"
import {
  type BallotDraft,
  ballotDraft,
  ballotMethodOf,
  fewestFor,
  type OptionDraft,
  optionField,
  type PollDraft,
} from "./draft"
import { BASES, CHOICES, MAJORITIES, RANK_RULES, RATE_RULES } from "./modes"
import { type ValidationErrors, validationErrorsOf } from "./validation-errors"

/** Enough for fifty options with the longest fields, percent-encoded. */
const FORM_LIMIT = 256 * 1_024

const PARTS = { id: 64, label: 400, emoji: 80, colour: 16, image: 600 } satisfies Record<
  keyof OptionDraft,
  number
>
const parts = ["id", "label", "emoji", "colour", "image"] as const

const FIELDS: Record<string, number> = {
  ...{ do: 20, id: 80, title: 1_000, order: 20, policy: 20, results: 20, eligibility: 20, confirm: 4 },
  ...{ opensAt: 40, opensAtWas: 40, opensAtNone: 4, closesAt: 40, closesAtWas: 40, closesAtNone: 4 },
  ...{ choose: 20, chooseMin: 20, chooseMax: 20, rankMax: 20, highest: 20, abstain: 4 },
  ...{ seats: 20, quorum: 20, eligible: 20, rankRule: 20, rateRule: 20, majority: 20, base: 20 },
  ...{ isDefault: 4, served: MOST_FINGERPRINTS },
  ...Object.fromEntries(
    Array.from({ length: MAX_OPTIONS }, (_, i) =>
      parts.map((part) => [optionField(i, part), PARTS[part]]),
    ).flat(),
  ),
}

type SentFields = Record<string, string | undefined>

export type SentForm = {
  draft: PollDraft
  sent: SentFields
  action: string
  /** Errors about moments. The draft can't tell them, as it has no invalid moments. */
  errors: ValidationErrors
}

/** Reads what was sent. @throws {Problem} as `readForm` */
export function readPollFields(request: Request): Promise<SentFields> {
  return readKeptForm(request, FORM_LIMIT, FIELDS)
}

/** What the fields mean. A field that was not sent, as it is disabled, is taken from `before`. */
export function pollFormOf(sent: SentFields, before: PollDraft): SentForm {
  const text = (name: string, fallback: string) => (sent[name] ?? fallback).trim()
  const opensAt = sentMoment(sent, "opensAt", before.opensAt)
  const closesAt = sentMoment(sent, "closesAt", before.closesAt)
  const ballot = sentBallot(sent, before.ballot)
  const draft = {
    id: text("id", before.id),
    title: text("title", before.title),
    options: sentOptions(sent),
    ballot,
    decision: sentDecision(sent, ballot, before.decision),
    order: text("order", before.order) as PollDraft["order"],
    policy: text("policy", before.policy) as PollDraft["policy"],
    results: text("results", before.results) as PollDraft["results"],
    eligibility: text("eligibility", before.eligibility) as PollDraft["eligibility"],
    confirm: text("confirm", before.confirm) as PollDraft["confirm"],
    opensAt: opensAt.moment,
    closesAt: closesAt.moment,
    isDefault: sent.isDefault !== undefined || before.isDefault,
  }
  const errors = {
    ...(opensAt.error && { opensAt: opensAt.error }),
    ...(closesAt.error && { closesAt: closesAt.error }),
  }
  return { draft, sent, action: sent.do ?? "save", errors }
}

/** @throws {Problem} for a choice that the page does not have */
function sentBallot(sent: SentFields, before: BallotDraft): BallotDraft {
  if (sent.choose === undefined) return before
  const choose = oneOf([...CHOICES, before.choose], sent.choose)
  const { chooseMin = before.min, chooseMax = before.max, highest = before.highest } = sent
  const { rankMax = before.rankMax } = sent
  const numbers = {
    ...{ min: chooseMin.trim(), max: chooseMax.trim() },
    ...{ rankMax: rankMax.trim(), highest: highest.trim() },
  }
  return ballotDraft(choose, { ...numbers, abstain: sent.abstain !== undefined })
}

/** @throws {Problem} for a choice that the page does not have */
function sentDecision(sent: SentFields, { choose }: BallotDraft, before: DecisionDraft): DecisionDraft {
  const eligible = (sent.eligible ?? before.eligible).trim()
  if (sent.choose === undefined) return { ...before, eligible }
  const { seats = before.seats, quorum = before.quorum } = sent
  return decisionDraft(choose, {
    // "１／３", "> 1/2"
    ...{ seats: seats.trim(), quorum: quorum.normalize("NFKC").replace(/\s/g, ""), eligible },
    rankRule: oneOf(RANK_RULES, sent.rankRule ?? before.rankRule),
    rateRule: oneOf(RATE_RULES, sent.rateRule ?? before.rateRule),
    majority: oneOf(MAJORITIES, sent.majority ?? before.majority),
    base: oneOf(BASES, sent.base ?? before.base),
  })
}

/** @throws {Problem} for a choice that the page does not have */
function oneOf<Choice extends string>(choices: readonly Choice[], sent: string): Choice {
  const choice = choices.find((it) => it === sent)
  if (!choice) throw new Problem("request-malformed", "There is no such choice: use the fields of the page.")
  return choice
}

/** There may be gaps between the rows, as rows can be removed, so only rows that were sent count. */
function sentOptions(sent: Record<string, string | undefined>): OptionDraft[] {
  return Array.from({ length: MAX_OPTIONS }, (_, i) => i).flatMap((i) => {
    if (sent[optionField(i, "label")] === undefined) return []
    const [id = "", label = "", emoji = "", colour = "", image = ""] = parts.map((part) => {
      return (sent[optionField(i, part)] ?? "").trim()
    })
    return [{ id, label, emoji, colour, image }]
  })
}

/**
 * A moment as it was sent. Browsers send an empty text for a half filled field. So the form says with which moment the field
 * was served, and has a box for no moment. Without the box that moment is kept, and the field has an error.
 */
function sentMoment(
  sent: Record<string, string | undefined>,
  name: "opensAt" | "closesAt",
  before: string,
): { moment: string; error?: "errorMoment" | "errorEmptied" } {
  const text = sent[name]?.trim()
  if (text === undefined) return { moment: before }
  if (sent[`${name}None`] !== undefined) return { moment: "" }
  const served = sent[`${name}Was`] ?? before
  // A field has no seconds. A moment that was not changed keeps its seconds.
  if (text === served.slice(0, MINUTE)) return { moment: served }
  if (text === "") return { moment: served, error: "errorEmptied" }
  const moment = inUtc(text)
  return moment === null ? { moment: served, error: "errorMoment" } : { moment }
}

/** The length of "2030-01-31T20:00". */
const MINUTE = 16

/** Without scripts a field sends no time zone, and its label says that it is in UTC. Null for a text that is no moment. */
function inUtc(text: string): string | null {
  const whole = text.replace(/^\d{4}-\d\d-\d\dT\d\d:\d\d$/, "$&:00").replace(/T[\d:.]+$/, "$&Z")
  const moment = pollDefinitionSchema.shape.closesAt.safeParse(whole).data
  return moment?.toISOString() ?? null
}

export type Checked<T> = { value: T; errors?: never } | { value?: never; errors: ValidationErrors }

/** Validates the draft of a new poll. */
export function checkNew(form: SentForm): Checked<z.output<typeof newPollSchema>> {
  const { draft, errors } = form
  const { opensAt, closesAt, isDefault, options, ballot, decision, confirm, ...rest } = draft
  const poll = {
    ...{
      ...rest,
      confirm: confirmationOf(confirm),
      options: withIds(options).map(optionOf),
      ballot: ballotMethodOf(ballot),
      decision: storedDecisionOf(ballot.choose, decision),
      default: isDefault,
    },
    ...{ opensAt: opensAt || null, closesAt: closesAt || null },
  }
  return check(newPollSchema, poll, { ...limitError(form), ...errors })
}

/** Validates a draft as a change of a poll. Only fields that were sent are part of the change. */
export function checkChange(form: SentForm): Checked<z.output<typeof pollChangeSchema>> {
  const { draft, sent, errors } = form
  const given = <Key extends keyof PollDraft>(...names: Key[]) =>
    Object.fromEntries(
      names.flatMap((name) => (sent[name] === undefined ? [] : [[name, draft[name] || null]])),
    )
  const change = {
    ...given("order", "policy", "results", "eligibility", "opensAt", "closesAt"),
    ...(sent.confirm !== undefined && { confirm: confirmationOf(draft.confirm) }),
    title: draft.title,
    options: withIds(draft.options).map(optionOf),
    ...(sent.choose !== undefined && { ballot: ballotMethodOf(draft.ballot) }),
    ...((sent.choose !== undefined || sent.eligible !== undefined) && {
      decision: storedDecisionOf(draft.ballot.choose, draft.decision),
    }),
    ...(sent.isDefault !== undefined && { default: true }),
  }
  return check(pollChangeSchema, change, { ...limitError(form), ...errors })
}

/** Where a ballot chooses, or more win, than there are options: beside that limit, or beside the options where the limits are fixed. */
function limitError({ draft, sent }: SentForm): ValidationErrors {
  if (draft.options.length < fewestFor(draft.ballot)) return { options: "errorOneOption" }
  const field = limitAbove(draft)
  if (!field) return {}
  const error = field === "seats" ? "errorSeatsOptions" : "errorChooseOptions"
  if (sent.choose !== undefined) return { [field]: error }
  return { options: field === "seats" ? error : "errorFewerOptions" }
}

/** The field whose number is greater than that of the options; null where none is. */
function limitAbove({
  ballot,
  decision,
  options,
}: PollDraft): "chooseMax" | "rankMax" | "chooseMin" | "seats" | null {
  const method = ballotMethodOf(ballot)
  const isTooMany = (limit: number | "all") => limit !== "all" && limit > options.length
  if ("max" in method && isTooMany(method.max)) return method.method === "rank" ? "rankMax" : "chooseMax"
  if (method.method === "choose" && isTooMany(method.min)) return "chooseMin"
  return isTooMany(Number(decision.seats)) ? "seats" : null
}

const CONFIRMATIONS: Record<string, boolean | null> = { auto: null, yes: true, no: false }

/** Any other text is kept, as the schema refuses it. */
function confirmationOf(text: string): boolean | null | string {
  return Object.hasOwn(CONFIRMATIONS, text) ? (CONFIRMATIONS[text] ?? null) : text
}

function optionOf({ id, label, emoji, colour, image }: OptionDraft) {
  return { id, label, ...(emoji && { emoji }), ...(colour && { colour }), ...(image && { image }) }
}

function check<T extends z.ZodType>(
  schema: T,
  value: unknown,
  found: ValidationErrors,
): Checked<z.output<T>> {
  const parsed = schema.safeParse(value)
  const errors = { ...(parsed.error && validationErrorsOf(parsed.error, value)), ...found }
  return parsed.success && Object.keys(errors).length === 0 ? { value: parsed.data } : { errors }
}
