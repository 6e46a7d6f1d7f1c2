/** The answer to a form vote for programs that ask for no type, such as curl: a line of plain text. */

import { type Choice, chosenOf, nameOf } from "@tallyroom/lib/ballots/choice"
import type { Poll } from "@tallyroom/lib/polls/poll"
import { isolated } from "@tallyroom/lib/ui/direction"
import type { VoteOutcome } from "./cast-ballot"

/** The outcome as one sentence. Equal outcomes get texts of equal length, as load tools count other lengths as failures. */
export function plainAnswer(poll: Poll, { status, receipt, ...choice }: VoteOutcome): string {
  return `${sentence(poll, status, labelsOf(poll, choice))} The receipt is ${receipt}\n`
}

function labelsOf({ options }: Poll, choice: Choice): string {
  if ("abstain" in choice) return nameOf(choice)
  const labelOf = (chosen: string) => options.find(({ id }) => id === chosen)?.label ?? chosen
  return chosenOf(choice)
    .map((chosen) => `${isolated(labelOf(chosen))}${saidOf(choice, chosen)}`)
    .join(", ")
}

/** What the choice says of an option, beside that it names it. */
function saidOf(choice: Choice, option: string): string {
  if ("ratings" in choice) return `: ${choice.ratings[option]}`
  return "answers" in choice ? `: ${choice.answers[option]}` : ""
}

function sentence(poll: Poll, status: VoteOutcome["status"], label: string): string {
  const isUsed = poll.eligibility === "code" && (status === "same" || status === "stands")
  if (isUsed) return `This code was used already, for ${label} in the poll ${poll.id}.`
  switch (status) {
    case "accepted":
      return `Your vote for ${label} in the poll ${poll.id} is accepted.`
    case "received":
      return `Your vote for ${label} in the poll ${poll.id} has arrived, and counting decides whether it stands.`
    case "same":
      return `Your vote for ${label} in the poll ${poll.id} is in already.`
    case "stands":
      return `Your first vote in the poll ${poll.id} stands, for ${label}.`
  }
}
