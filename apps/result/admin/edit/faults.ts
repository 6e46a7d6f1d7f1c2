/** What is wrong with a poll that was sent, in the reader's words beside the field that holds it. */

import type { Translator } from "@tallyroom/lib/ui/i18n"
import type { z } from "zod"
import type { AdminKey } from "../admin-messages"
import { type OptionDraft, optionField } from "./draft"

/** By the name of the form's field; an option's is named like "o2-label". */
export type Faults = Record<string, AdminKey>

const FAULTS: Record<string, AdminKey> = {
  ...{ title: "faultTitle", id: "faultId", options: "faultOptions" },
  ...{ opensAt: "faultMoment", closesAt: "faultMoment" },
  ...{ label: "faultLabel", emoji: "faultEmoji", colour: "faultColour", image: "faultImage" },
}

/** The first fault of each field. */
export function faultsOf({ issues }: z.ZodError): Faults {
  const faults: Faults = {}
  for (const { path, code } of issues) {
    const field = fieldOf(path)
    const part = field.replace(/^o\d+-/, "")
    // The schema itself asks one thing of a label in its own words: that no other option has it.
    const key = code === "custom" && part === "label" ? "faultSameLabel" : FAULTS[part]
    if (key) faults[field] ??= key
  }
  return faults
}

export function faultTexts(faults: Faults, { t }: Translator<AdminKey>): Record<string, string> {
  return Object.fromEntries(Object.entries(faults).map(([field, key]) => [field, t(key)]))
}

/** ["options", 2, "label"] is the field "o2-label". */
function fieldOf([name, index, part]: PropertyKey[]): string {
  return name === "options" && typeof index === "number" && typeof part === "string"
    ? optionField(index, part as keyof OptionDraft)
    : String(name)
}
