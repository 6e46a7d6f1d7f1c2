/** Rule: what the API says of a final poll is what its voters' votes say, counted by the checker itself. */

import { NO_OPTION, optionsIn } from "../../record/said"
import type { Evidence, PollEvidence } from "../evidence"
import { votesFor } from "../viewers"

/** Ballots, abstentions and the votes for each option, as every result app gave them after the run. */
export function* resultsAgree(evidence: Evidence): Generator<string> {
  for (const poll of evidence.polls.values()) {
    if (!poll.row || poll.results.length === 0) continue
    const { made } = poll
    const { total, abstained, votes } = countAnew(poll)
    for (const said of poll.results) {
      const from = `The results of poll ${made.poll} from replica ${said.replica}`
      if (said.total !== total) yield `${from} have ${said.total} ballots, but ${total} stand.`
      if (said.abstained !== null && said.abstained !== abstained)
        yield `${from} have ${said.abstained} abstentions, but ${abstained} stand.`
      for (const option of made.options)
        if (votesFor(said.votes, option) !== votesFor(votes, option))
          yield `${from} have ${votesFor(said.votes, option)} votes for ${option}, but it is ${votesFor(votes, option)} by the votes that stand.`
    }
  }
}

function countAnew({ voters }: PollEvidence) {
  const votes: Record<string, number> = {}
  let [total, abstained] = [0, 0]
  for (const { standing } of voters.values()) {
    if (!standing) continue
    total++
    if (standing.option === NO_OPTION) abstained++
    for (const option of optionsIn(standing.option)) votes[option] = votesFor(votes, option) + 1
  }
  return { total, abstained, votes }
}
