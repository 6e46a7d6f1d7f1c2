/** Rule: what the API says of a final poll is what its voters' votes say, counted by the checker itself. */

import type { Counts } from "../../record/record"
import { NO_OPTION, partsIn } from "../../record/said"
import { addTo, countedBy, countIn } from "../counts"
import type { Evidence, PollEvidence } from "../evidence"

/** Ballots, abstentions, the votes for each option and what is said of it, as every result app gave them after the run. */
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
      for (const name of new Set([...made.options, ...Object.keys(said.votes), ...Object.keys(votes)]))
        if (countIn(said.votes, name) !== countIn(votes, name))
          yield `${from} have ${countIn(said.votes, name)} votes for ${name}, but it is ${countIn(votes, name)} by the votes that stand.`
    }
  }
}

function countAnew({ made, voters }: PollEvidence) {
  const votes: Counts = {}
  let [total, abstained] = [0, 0]
  for (const { standing } of voters.values()) {
    if (!standing) continue
    total++
    if (standing.option === NO_OPTION) abstained++
    addTo(votes, countedBy(made.ballot.method, partsIn(standing.option)))
  }
  return { total, abstained, votes }
}
