/** A poll while it is edited. Everything is text, as in the fields of the form. */

import type { BallotMethod } from "@tallyroom/lib/polls/ballot-method"
import { fewestOptions, MAX_OPTIONS } from "@tallyroom/lib/polls/limits"
import type { Poll } from "@tallyroom/lib/polls/poll"
import { type DecisionDraft, decisionDraft, decisionDraftOf } from "./decision-draft"
import type { CHOICES } from "./modes"
import { numberIn } from "./number-in"

export type OptionDraft = { id: string; label: string; emoji: string; colour: string; image: string }

/**
 * What a ballot may say. The least counts for `several` and `all`, the most for `several`, how many it ranks for `rank` (empty: as many as
 * it likes), the highest rating for `rate`.
 */
export type BallotDraft = {
  choose: (typeof CHOICES)[number]
  min: string
  max: string
  rankMax: string
  highest: string
  abstain: boolean
}

export type PollDraft = {
  id: string
  title: string
  options: OptionDraft[]
  ballot: BallotDraft
  decision: DecisionDraft
  order: Poll["order"]
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
  const rules = {
    order: "as-written",
    policy: "final",
    results: "live",
    eligibility: "browser",
    confirm: "auto",
  } as const
  return {
    id: "",
    title: "",
    options,
    ballot: ballotDraft("one", {}),
    decision: decisionDraft("one", {}),
    ...rules,
    opensAt: "",
    closesAt: "",
    isDefault: false,
  }
}

export function pollDraftOf(poll: Poll): PollDraft {
  const { id, title, order, policy, results, eligibility, isDefault } = poll
  return {
    ...{ id, title, order, policy, results, eligibility, isDefault },
    ballot: ballotDraftOf(poll.ballot),
    decision: decisionDraftOf(poll),
    options: poll.options.map(({ id, label, emoji = "", colour = "", image = "" }) => {
      return { id, label, emoji, colour, image }
    }),
    confirm: poll.confirm === null ? "auto" : poll.confirm ? "yes" : "no",
    opensAt: poll.opensAt?.toISOString() ?? "",
    closesAt: poll.closesAt?.toISOString() ?? "",
  }
}

/** What the fields have where they do not count. */
const UNUSED = { min: "1", max: "2", rankMax: "", highest: "5" }

function ballotDraftOf(ballot: BallotMethod): BallotDraft {
  const { abstain } = ballot
  if (ballot.method === "decide") return ballotDraft("decide", { abstain })
  if (ballot.method === "rate") return ballotDraft("rate", { highest: String(ballot.highest), abstain })
  const max = String(ballot.max)
  if (ballot.method === "rank") return ballotDraft("rank", { rankMax: max === "all" ? "" : max, abstain })
  if (ballot.max === 1) return ballotDraft("one", { abstain })
  return ballotDraft(ballot.max === "all" ? "all" : "several", { min: String(ballot.min), max, abstain })
}

/** The draft without what does not count, so that equal rules are equal drafts. */
export function ballotDraft(
  choose: BallotDraft["choose"],
  { abstain = false, ...fields }: Partial<Omit<BallotDraft, "choose">>,
): BallotDraft {
  const { min, max, rankMax, highest } = { ...UNUSED, ...fields }
  return {
    choose,
    min: choose === "several" || choose === "all" ? min : UNUSED.min,
    max: choose === "several" ? max : UNUSED.max,
    rankMax: choose === "rank" ? rankMax : UNUSED.rankMax,
    highest: choose === "rate" ? highest : UNUSED.highest,
    abstain,
  }
}

/** The rules as the API takes them. A text that is no number becomes none, which the schema refuses. */
export function ballotMethodOf({ choose, min, max, rankMax, highest, abstain }: BallotDraft): BallotMethod {
  const most: number | "all" = max === "all" ? max : numberIn(max)
  if (choose === "rank") return { method: "rank", max: rankMax === "" ? "all" : numberIn(rankMax), abstain }
  if (choose === "rate") return { method: "rate", highest: numberIn(highest), abstain }
  if (choose === "decide") return { method: "decide", abstain }
  const limits = {
    one: { min: 1, max: 1 },
    several: { min: numberIn(min), max: most },
    all: { min: numberIn(min), max: "all" as const },
  }
  return { method: "choose", ...limits[choose], abstain }
}

/** The fewest options that ballots of this choice need. */
export function fewestFor({ choose }: Pick<BallotDraft, "choose">): 1 | 2 {
  return fewestOptions({ method: choose === "decide" ? choose : "choose" })
}

/** The options after a button was pressed. They stay the same if the action makes no sense. */
export function changeOptions({ options, ballot }: PollDraft, action: OptionAction): OptionDraft[] {
  if (action === "add") return options.length < MAX_OPTIONS ? [...options, newOption()] : options
  const [verb, index] = action.split("-")
  const from = Number(index)
  if (verb === "remove")
    return options.length > fewestFor(ballot) ? options.filter((_, i) => i !== from) : options
  return swapped(options, from, verb === "up" ? from - 1 : from + 1)
}

export function isOptionAction(text: string): text is OptionAction {
  return /^(add|(remove|up|down)-\d{1,2})$/.test(text)
}

/** The options without empty rows, unless fewer would be left than a poll has. */
export function withoutBlank({ options, ballot }: PollDraft): OptionDraft[] {
  const filled = options.filter(({ label, emoji, image }) => label !== "" || emoji !== "" || image !== "")
  return filled.length >= fewestFor(ballot) ? filled : options
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
