/** The form of a poll, read and checked. */

import { readForm } from "@tallyroom/lib/http/body"
import { MAX_OPTIONS } from "@tallyroom/lib/poll-limits"
import type { z } from "zod"
import { newPollSchema, pollChangeSchema } from "../poll-change"
import { type OptionDraft, optionField, type PollDraft } from "./draft"
import { type Faults, faultsOf } from "./faults"

/** Fifty options with all that they may have, percent-encoded. */
const FORM_LIMIT = 256 * 1_024

const PARTS = { id: 64, label: 400, emoji: 80, colour: 16, image: 600 } satisfies Record<
  keyof OptionDraft,
  number
>
const parts = ["id", "label", "emoji", "colour", "image"] as const

const FIELDS: Record<string, number> = {
  ...{ do: 20, id: 80, title: 1_000, policy: 20, results: 20, eligibility: 20, confirm: 4 },
  ...{ opensAt: 40, closesAt: 40, isDefault: 4 },
  ...Object.fromEntries(
    Array.from({ length: MAX_OPTIONS }, (_, i) =>
      parts.map((part) => [optionField(i, part), PARTS[part]]),
    ).flat(),
  ),
}

export type SentForm = { draft: PollDraft; sent: Record<string, string | undefined>; action: string }

/** What was sent; a field that was not (as it is disabled) is as `before` has it. @throws {Problem} for no such form */
export async function readPollForm(request: Request, before: PollDraft): Promise<SentForm> {
  const sent: Record<string, string | undefined> = await readForm(request, FORM_LIMIT, FIELDS)
  const text = (name: string, fallback: string) => (sent[name] ?? fallback).trim()
  const draft = {
    id: text("id", before.id),
    title: text("title", before.title),
    options: sentOptions(sent),
    policy: text("policy", before.policy) as PollDraft["policy"],
    results: text("results", before.results) as PollDraft["results"],
    eligibility: text("eligibility", before.eligibility) as PollDraft["eligibility"],
    confirm: text("confirm", before.confirm) as PollDraft["confirm"],
    opensAt: inUtc(text("opensAt", before.opensAt)),
    closesAt: inUtc(text("closesAt", before.closesAt)),
    isDefault: sent.isDefault !== undefined || before.isDefault,
  }
  return { draft, sent, action: sent.do ?? "save" }
}

/** The last row whose button was pressed may lie behind gaps: only rows that were sent count. */
function sentOptions(sent: Record<string, string | undefined>): OptionDraft[] {
  return Array.from({ length: MAX_OPTIONS }, (_, i) => i).flatMap((i) => {
    if (sent[optionField(i, "label")] === undefined) return []
    const [id = "", label = "", emoji = "", colour = "", image = ""] = parts.map((part) => {
      return (sent[optionField(i, part)] ?? "").trim()
    })
    return [{ id, label, emoji, colour, image }]
  })
}

/** What a field for moments sends without scripts has no time zone: it is said to be UTC. */
function inUtc(text: string): string {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?$/.test(text)) return text
  const moment = new Date(`${text}Z`)
  return Number.isNaN(moment.getTime()) ? text : moment.toISOString()
}

export type Checked<T> = { value: T; faults?: never } | { value?: never; faults: Faults }

/** The new poll that a draft stands for, or what is wrong with it. */
export function checkNew(draft: PollDraft): Checked<z.output<typeof newPollSchema>> {
  const { opensAt, closesAt, isDefault, options, confirm, ...rest } = draft
  return check(newPollSchema, {
    ...{ ...rest, confirm: confirmationOf(confirm), options: options.map(optionOf), default: isDefault },
    ...{ opensAt: opensAt || null, closesAt: closesAt || null },
  })
}

/** The change that a draft asks for: of what was sent alone. */
export function checkChange({ draft, sent }: SentForm): Checked<z.output<typeof pollChangeSchema>> {
  const given = <Key extends keyof PollDraft>(...names: Key[]) =>
    Object.fromEntries(
      names.flatMap((name) => (sent[name] === undefined ? [] : [[name, draft[name] || null]])),
    )
  return check(pollChangeSchema, {
    ...given("policy", "results", "eligibility", "opensAt", "closesAt"),
    ...(sent.confirm !== undefined && { confirm: confirmationOf(draft.confirm) }),
    title: draft.title,
    options: draft.options.map(optionOf),
    ...(sent.isDefault !== undefined && { default: true }),
  })
}

const CONFIRMATIONS: Record<string, boolean | null> = { auto: null, yes: true, no: false }

/** Whatever else was sent is no answer, which the schema says. */
function confirmationOf(text: string): boolean | null | string {
  return Object.hasOwn(CONFIRMATIONS, text) ? (CONFIRMATIONS[text] ?? null) : text
}

function optionOf({ id, label, emoji, colour, image }: OptionDraft) {
  return { id, label, ...(emoji && { emoji }), ...(colour && { colour }), ...(image && { image }) }
}

function check<T extends z.ZodType>(schema: T, value: unknown): Checked<z.output<T>> {
  const parsed = schema.safeParse(value)
  return parsed.success ? { value: parsed.data } : { faults: faultsOf(parsed.error) }
}
