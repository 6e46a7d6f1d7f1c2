/** The checker of the failure prover decides by its own count what the product decides, whatever the ballots say. */

import { expect, test } from "bun:test"
import { Profile } from "@tallyroom/lib/count/profile"
import { decide } from "@tallyroom/lib/outcome/decide"
import { decideCounts } from "@tallyroom/lib/outcome/decide-counts"
import fc from "fast-check"
import { addTo, countedBy } from "../../scripts/prove/checker/counts"
import { decidedBy } from "../../scripts/prove/checker/deciding/decided"
import type { DecisionAsked } from "../../scripts/prove/record/decided"
import { type BallotKind, type Method, type Part, partsIn, saidBy } from "../../scripts/prove/record/said"

const RUNS = { seed: 19, numRuns: 300 }
const OPTIONS = ["d", "b", "a", "c"]
const HIGHEST = 3

const seats = fc.integer({ min: 1, max: OPTIONS.length })
/** With few ballots many votes are equal. */
const quorum = fc.constantFrom(0, 0, 5)
const parts = fc.constantFrom("25%", "1/3", ">1/2", "100%", 3)
/** With more ballots than there are voters nothing is decided. */
const ofEligible = fc.record({ quorum: parts, eligible: fc.integer({ min: 6, max: 30 }) })
const needed = fc.oneof(fc.record({ quorum }), ofEligible)

function ballotOf(method: Method): fc.Arbitrary<string> {
  const values = {
    ...{ choose: [""], rank: [""], decide: ["yes", "no"] },
    rate: Array.from({ length: HIGHEST + 1 }, (_, rating) => `${rating}`),
  }[method]
  const value = fc.constantFrom(...values)
  return fc
    .tuple(fc.shuffledSubarray(OPTIONS), fc.array(value, { minLength: 4, maxLength: 4 }))
    .map(([ids, said]) =>
      saidBy(
        ids.map((option, i): Part => ({ option, value: said[i] ?? "" })),
        method,
      ),
    )
}

function electionOf<D extends DecisionAsked>(method: Method, decision: fc.Arbitrary<D>) {
  return fc.record({ said: fc.array(ballotOf(method), { maxLength: 24 }), decision })
}

/** What the checker decides. */
function own(method: Method, said: readonly string[], decision: DecisionAsked) {
  const ballot: BallotKind = { method, least: 1, most: OPTIONS.length, highest: HIGHEST, abstain: true }
  return decidedBy({ options: OPTIONS, ballot, decision }, said) ?? {}
}

/** The fields of a document that the checker knows, and lists whose order says nothing as sets. */
function known(document: object, fields: object) {
  const told = Object.entries(document).filter(([field]) => field in fields)
  return Object.fromEntries(
    told.map(([field, value]) => [
      field,
      ["winners", "tied", "finalists"].includes(field) ? value.toSorted() : value,
    ]),
  )
}

test("rankings, with every round, pair and point", () => {
  const rule = fc.constantFrom(...(["irv", "stv", "condorcet", "borda"] as const))
  const decision = fc.tuple(rule, seats, needed).map(([rule, seats, needed]) => {
    return { rule, ...needed, seats: rule === "irv" || rule === "condorcet" ? 1 : seats }
  })
  fc.assert(
    fc.property(electionOf("rank", decision), ({ said, decision }) => {
      const ids = OPTIONS.toSorted()
      const orders = said.map((text) => partsIn(text).map(({ option }) => ids.indexOf(option)))
      const rankings = orders.filter((order) => order.length > 0).map((order) => ({ order, ballots: 1 }))
      const profile = new Profile(ids.length, rankings)
      const abstained = said.length - rankings.length
      const counted = own("rank", said, decision)
      const product = decide({ decision, ids, profile, abstained })
      expect(known(counted, counted)).toEqual(known(product, counted))
    }),
    RUNS,
  )
})

test("ratings by STAR", () => {
  const decision = needed.map((rest) => ({ rule: "star" as const, seats: 1, ...rest }))
  fc.assert(
    fc.property(electionOf("rate", decision), ({ said, decision }) => {
      const ids = OPTIONS.toSorted()
      const ballots = said.map(partsIn).filter((parts) => parts.length > 0)
      const ratingsOf = (parts: Part[]) =>
        ids.map((id) => parts.find(({ option }) => option === id)).map((part) => part && Number(part.value))
      const rated = ballots.map((parts) => ({
        ratings: ratingsOf(parts).map((rating) => rating ?? null),
        ballots: 1,
      }))
      const counted = own("rate", said, decision)
      const product = decide({ decision, ids, rated, abstained: said.length - rated.length })
      expect(known(counted, counted)).toEqual(known(product, counted))
    }),
    RUNS,
  )
})

function tallied(method: Method, said: readonly string[]) {
  const counts: Record<string, number> = {}
  for (const text of said) addTo(counts, countedBy(method, partsIn(text)))
  const saidOf = (id: string) =>
    Object.entries(counts).flatMap(([name, ballots]) =>
      name.startsWith(`${id}:`) ? [[name.slice(2), ballots] as const] : [],
    )
  return {
    options: OPTIONS.map((id) => ({ id })),
    votes: Object.fromEntries(OPTIONS.map((id) => [id, counts[id] ?? 0])),
    said: Object.fromEntries(OPTIONS.map((id) => [id, Object.fromEntries(saidOf(id))])),
    total: said.length,
    abstained: said.filter((text) => partsIn(text).length === 0).length,
  }
}

test("choices, ratings and motions", () => {
  const majority = fc.constantFrom(
    ...(["simple", "absolute", "two-thirds", "three-quarters", "unanimous"] as const),
  )
  const base = fc.constantFrom(...(["valid", "cast"] as const))
  const motions = fc
    .tuple(
      majority,
      fc.oneof(
        fc.record({ base, quorum }),
        ofEligible.map((it) => ({ ...it, base: "eligible" as const })),
      ),
    )
    .map(([majority, rest]) => ({ rule: "majority" as const, majority, ...rest }))
  const byRule = <R extends "votes" | "mean" | "sum">(...rules: R[]) =>
    fc
      .tuple(fc.constantFrom(...rules), seats, needed)
      .map(([rule, seats, rest]) => ({ rule, seats, ...rest }))
  const best = byRule("mean", "sum")
  const votes = byRule("votes")
  const elections = fc.oneof(
    electionOf("choose", votes).map((it) => ({ ...it, method: "choose" as const })),
    electionOf("rate", best).map((it) => ({ ...it, method: "rate" as const })),
    electionOf("decide", motions).map((it) => ({ ...it, method: "decide" as const })),
  )
  fc.assert(
    fc.property(elections, ({ method, said, decision }) => {
      const counted = own(method, said, decision)
      const product = decideCounts(tallied(method, said), decision)
      expect(known(counted, counted)).toEqual(known(product, counted))
    }),
    RUNS,
  )
})
