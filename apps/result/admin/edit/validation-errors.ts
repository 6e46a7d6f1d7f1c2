/** Validation errors of a poll that was sent, as messages beside the fields. */

import type { z } from "zod"
import type { AdminKey } from "../admin-messages"
import type { AdminText } from "../admin-text"
import { type OptionDraft, optionField } from "./draft"

/** A message by the name of the field. The fields of an option have names like "o2-label". */
export type ValidationErrors = Record<string, AdminKey>

const MESSAGES: Record<string, AdminKey> = {
  ...{ title: "errorTitle", id: "errorId", options: "errorOptions" },
  ...{ opensAt: "errorMoment", closesAt: "errorMoment" },
  ...{
    chooseMin: "errorChoices",
    chooseMax: "errorChoices",
    rankMax: "errorChoices",
    highest: "errorHighest",
  },
  ...{ seats: "errorChoices", quorum: "errorQuorum", eligible: "errorEligible" },
  ...{ label: "errorLabel", emoji: "errorEmoji", colour: "errorColour", image: "errorImage" },
}

/** The one custom rule of the schema about each of these: no other option has the same label, and the least is not more than the most. */
const RULES: Record<string, AdminKey> = { label: "errorSameLabel", chooseMin: "errorChooseOrder" }

/**
 * The first validation error of each field.
 * @param sent what was validated: where ballots rank, their limit is another field
 */
export function validationErrorsOf({ issues }: z.ZodError, sent: unknown = {}): ValidationErrors {
  const ranks = (sent as { ballot?: { method?: unknown } }).ballot?.method === "rank"
  const errors: ValidationErrors = {}
  for (const { path, code } of issues) {
    const field = ranks && fieldOf(path) === "chooseMax" ? "rankMax" : fieldOf(path)
    const part = field.replace(/^o\d+-/, "")
    const key = (code === "custom" && RULES[part]) || MESSAGES[part]
    if (key) errors[field] ??= key
  }
  return errors
}

export function errorTexts(errors: ValidationErrors, { t }: AdminText): Record<string, string> {
  return Object.fromEntries(Object.entries(errors).map(([field, key]) => [field, t(key)]))
}

const LIMITS: Record<PropertyKey, string> = { min: "chooseMin", max: "chooseMax", highest: "highest" }

/** ["options", 2, "label"] is the field "o2-label". */
function fieldOf([name, index, part]: PropertyKey[]): string {
  if (name === "ballot" && index !== undefined) return LIMITS[index] ?? name
  if (name === "decision" && index !== undefined) return String(index)
  return name === "options" && typeof index === "number" && typeof part === "string"
    ? optionField(index, part as keyof OptionDraft)
    : String(name)
}
