/** A poll while it is edited. Everything is text, as in the fields of the form. */

import { MAX_OPTIONS } from "@tallyroom/lib/polls/limits"
import type { Poll } from "@tallyroom/lib/polls/poll"

export type OptionDraft = { id: string; label: string; emoji: string; colour: string; image: string }

export type PollDraft = {
  id: string
  title: string
  options: OptionDraft[]
  policy: Poll["policy"]
  results: Poll["results"]
  eligibility: Poll["eligibility"]
  confirm: "auto" | "yes" | "no"
  /** ISO texts, or empty. */
  opensAt: string
  closesAt: string
  isDefault: boolean
}

/** The name of an option's field in the form. */
export function optionField(index: number, part: keyof OptionDraft): string {
  return `o${index}-${part}`
}

/** What a button of the form does with the list of options: "add", or "remove-2", "up-2", "down-2". */
export type OptionAction = "add" | `${"remove" | "up" | "down"}-${number}`

export function emptyDraft(): PollDraft {
  const options = [newOption(), newOption()]
  const rules = { policy: "final", results: "live", eligibility: "browser", confirm: "auto" } as const
  return { id: "", title: "", options, ...rules, opensAt: "", closesAt: "", isDefault: false }
}

export function pollDraftOf(poll: Poll): PollDraft {
  const { id, title, policy, results, eligibility, isDefault } = poll
  return {
    ...{ id, title, policy, results, eligibility, isDefault },
    options: poll.options.map(({ id, label, emoji = "", colour = "", image = "" }) => {
      return { id, label, emoji, colour, image }
    }),
    confirm: poll.confirm === null ? "auto" : poll.confirm ? "yes" : "no",
    opensAt: poll.opensAt?.toISOString() ?? "",
    closesAt: poll.closesAt?.toISOString() ?? "",
  }
}

/** The options after a button was pressed. They stay the same if the action makes no sense. */
export function changeOptions(options: OptionDraft[], action: OptionAction): OptionDraft[] {
  if (action === "add") return options.length < MAX_OPTIONS ? [...options, newOption()] : options
  const [verb, index] = action.split("-")
  const from = Number(index)
  if (verb === "remove") return options.length > 2 ? options.filter((_, i) => i !== from) : options
  return swapped(options, from, verb === "up" ? from - 1 : from + 1)
}

export function isOptionAction(text: string): text is OptionAction {
  return /^(add|(remove|up|down)-\d{1,2})$/.test(text)
}

/** The options without empty rows, unless fewer than two would be left. */
export function withoutBlank(options: OptionDraft[]): OptionDraft[] {
  const filled = options.filter(({ label, emoji, image }) => label !== "" || emoji !== "" || image !== "")
  return filled.length >= 2 ? filled : options
}

function swapped(options: OptionDraft[], from: number, to: number): OptionDraft[] {
  const [one, other] = [options[from], options[to]]
  if (!one || !other) return options
  return options.map((option, i) => (i === from ? other : i === to ? one : option))
}

/** A new option has no id: saving generates one from the label. */
function newOption(): OptionDraft {
  return { id: "", label: "", emoji: "", colour: "", image: "" }
}
