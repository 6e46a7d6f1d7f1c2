/** Rule: versions only grow, mean the same everywhere, and show no vote that goes away again. */

import { countIn } from "../counts"
import type { Evidence, SeenSnapshot, WatchedPoll } from "../evidence"
import { wentBackFrom } from "../faults-of"
import { inSeconds } from "../verdict"

/**
 * On each connection versions grow; one version of a poll is the same from every replica; totals are sums, or as many ballots as have these votes. A voter who voted
 * keeps a vote, so totals never shrink with growing versions, and in a poll whose votes are final no option's votes do. Nobody saw
 * more than Postgres has in the end. All this holds until Postgres was set back, if it was.
 */
export function* viewersAgree(evidence: Evidence): Generator<string> {
  const wentBackAt = wentBackFrom(evidence)
  for (const { says, at } of evidence.viewing.contradictions) if (at < wentBackAt) yield says
  for (const watched of evidence.viewing.polls) yield* shrinking(evidence, watched, wentBackAt)
}

function* shrinking(evidence: Evidence, watched: WatchedPoll, wentBackAt: number): Generator<string> {
  const poll = evidence.polls.get(watched.poll)
  if (!poll) {
    yield `A viewer saw the poll ${watched.poll}, but the record does not say that it was made.`
    return
  }
  const isFinal = poll.made.policy === "final"
  const inOrder = [...watched.versions.values()]
    .filter(({ at }) => at < wentBackAt)
    .sort((a, b) => a.version - b.version)
  const books = evidence.books.find((it) => it.poll === watched.poll && it.number === watched.number)
  const end = books && wentBackAt === Number.POSITIVE_INFINITY ? books.tally : null
  for (const [i, before] of inOrder.entries()) {
    const next = inOrder[i + 1]
    const after = next ?? end
    const less = after && lessThan(before, after, isFinal)
    if (!less) continue
    const later = next ? `version ${next.version} at ${inSeconds(next.at)}` : "Postgres"
    yield `In poll ${watched.poll}, version ${before.version} at ${inSeconds(before.at)} shows ${less}, and ${later} fewer.`
  }
}

/** In words, what the later one has fewer of; null if nothing. */
function lessThan(
  before: SeenSnapshot,
  after: Pick<SeenSnapshot, "votes" | "total">,
  isFinal: boolean,
): string | null {
  if (after.total < before.total) return `${before.total} votes in all`
  const option = Object.keys(before.votes).find((it) => countIn(after.votes, it) < countIn(before.votes, it))
  return isFinal && option !== undefined ? `${countIn(before.votes, option)} votes for ${option}` : null
}
