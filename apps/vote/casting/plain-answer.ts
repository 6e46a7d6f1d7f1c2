/** The answer to a form vote for programs that ask for no type, such as curl: a line of plain text. */

import type { Poll } from "@tallyroom/lib/polls/poll"
import { isolated } from "@tallyroom/lib/ui/direction"
import type { VoteOutcome } from "./cast-ballot"

/** The outcome as one sentence. Equal outcomes get texts of equal length, as load tools count other lengths as failures. */
export function plainAnswer(poll: Poll, { status, option, receipt }: VoteOutcome): string {
  const label = isolated(poll.options.find(({ id }) => id === option)?.label ?? option)
  return `${sentence(poll, status, label)} The receipt is ${receipt}\n`
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
