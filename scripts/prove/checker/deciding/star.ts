/**
 * STAR: of the two options with the greatest sums of ratings the one wins that more ballots rate higher; what is not rated is rated 0.
 * Equal sums are told apart by who loses to fewer of the equals, and an equal runoff by the sums. Whom nobody rates is in no runoff.
 */

import type { Ballots } from "./decided"
import { ratedBy, ratedIn, seated } from "./most"

export function byStar(ids: readonly string[], ballots: Ballots) {
  const rated = ratedBy(ids, ballots)
  const sumOf = (id: string) => rated[id]?.sum ?? 0
  const rating = (ballot: Ballots[number], id: string) =>
    Number(ballot.find(({ option }) => option === id)?.value ?? 0)
  const preferring = (one: string, other: string) =>
    ballots.filter((ballot) => rating(ballot, one) > rating(ballot, other)).length
  const none = { rated, finalists: [], runoff: null, winners: [], tied: [] }
  if (ballots.length === 0) return none

  const bySum = seated(ratedIn(rated), 2, (a, b) => sumOf(a) - sumOf(b))
  const losses = (id: string) =>
    bySum.tied.filter((other) => preferring(other, id) > preferring(id, other)).length
  const byLosses = seated(bySum.tied, 2 - bySum.winners.length, (a, b) => losses(b) - losses(a))
  const finalists = [...bySum.winners, ...byLosses.winners]
  const [one = "", other] = finalists
  if (other === undefined)
    return { ...none, finalists, winners: ratedIn(rated).length === 1 ? finalists : [], tied: byLosses.tied }

  const votes = { [one]: preferring(one, other), [other]: preferring(other, one) }
  const equal = Object.values(votes).reduce((left, count) => left - count, ballots.length)
  const difference = (votes[one] ?? 0) - (votes[other] ?? 0) || sumOf(one) - sumOf(other)
  const winners = difference === 0 ? [] : [difference > 0 ? one : other]
  return {
    ...{ rated, finalists, runoff: { votes, equal }, winners },
    tied: difference === 0 ? finalists : [],
  }
}
