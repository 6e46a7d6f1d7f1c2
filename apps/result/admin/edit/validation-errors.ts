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
  ...{ label: "errorLabel", emoji: "errorEmoji", colour: "errorColour", image: "errorImage" },
}

/** The first validation error of each field. */
export function validationErrorsOf({ issues }: z.ZodError): ValidationErrors {
  const errors: ValidationErrors = {}
  for (const { path, code } of issues) {
    const field = fieldOf(path)
    const part = field.replace(/^o\d+-/, "")
    // The one custom rule of the schema about labels is that no other option has the same.
    const key = code === "custom" && part === "label" ? "errorSameLabel" : MESSAGES[part]
    if (key) errors[field] ??= key
  }
  return errors
}

export function errorTexts(errors: ValidationErrors, { t }: AdminText): Record<string, string> {
  return Object.fromEntries(Object.entries(errors).map(([field, key]) => [field, t(key)]))
}

/** ["options", 2, "label"] is the field "o2-label". */
function fieldOf([name, index, part]: PropertyKey[]): string {
  return name === "options" && typeof index === "number" && typeof part === "string"
    ? optionField(index, part as keyof OptionDraft)
    : String(name)
}
