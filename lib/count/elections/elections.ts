/** Elections with known results, as profiles, for the tests of the rules. Options are counted from 0 in the order of the names. */

import { Profile, type Ranking } from "../profile"
import cumbernauldText from "./cumbernauld-north-2012.txt" with { type: "text" }

/** A profile of words such as `42 A B C`: how many ballots, and whom they rank, the most preferred first. */
export function profileOf(names: readonly string[], lines: readonly string[]): Profile {
  return new Profile(
    names.length,
    lines.map((line) => rankingOf(names, line)),
  )
}

function rankingOf(names: readonly string[], line: string): Ranking {
  const [ballots, ...order] = line.split(" ")
  return { order: order.map((name) => names.indexOf(name)), ballots: Number(ballots) }
}

/**
 * The capital of Tennessee: four cities, each of which wants to be near. It is the usual example of the field, as in Wikipedia's
 * articles "Instant-runoff voting", "Ranked pairs" and "Borda count" and in t/data/tennessee.txt of Vote::Count.
 */
export const TENNESSEE = ["Memphis", "Nashville", "Chattanooga", "Knoxville"] as const
export const tennessee = () =>
  profileOf(TENNESSEE, [
    "42 Memphis Nashville Chattanooga Knoxville",
    "26 Nashville Chattanooga Knoxville Memphis",
    "15 Chattanooga Knoxville Nashville Memphis",
    "17 Knoxville Chattanooga Nashville Memphis",
  ])

/**
 * Burlington, Vermont, 3 March 2009: the ballots by their order of the three candidates that were left in the city's second round, as
 * Green Mountain Daily summarized them (17 March 2009). They have exactly the pairs that electowiki computed from the ballots that the
 * city published: Montroll 4067 to Kiss 3477, Montroll 4597 to Wright 3668, Kiss 4314 to Wright 4064. The city's own count has one
 * ballot fewer for Kiss and three fewer for Wright; its published figures do not say why.
 */
export const BURLINGTON = ["Kiss", "Wright", "Montroll"] as const
export const burlington = () =>
  profileOf(BURLINGTON, [
    "1332 Montroll Kiss Wright",
    "767 Montroll Wright Kiss",
    "455 Montroll",
    "2043 Kiss Montroll Wright",
    "371 Kiss Wright Montroll",
    "568 Kiss",
    "1513 Wright Montroll Kiss",
    "495 Wright Kiss Montroll",
    "1289 Wright",
  ])

/** The votes of the city's second and third round. */
export const CITYS_ROUNDS = [
  [2981, 3294, 2554],
  [4313, 4061, 0],
] as const

/**
 * Cumbernauld North, a ward of North Lanarkshire with four seats, 3 May 2012. The text has each ranking as ballots:options, with the
 * digits of the options in the order below, from the council's published ballots (blt_files/8_cands/north_lanarkshire_2012_ward2.blt of
 * github.com/mggg/scot-elex).
 */
export const CUMBERNAULD = [
  "Chadha",
  "Masterton",
  "McCulloch",
  "McMail",
  "Miller",
  "O'Brien",
  "Pawson",
  "Roberts",
] as const
export function cumbernauld(): Profile {
  const rankings = cumbernauldText
    .trim()
    .split(/\s+/)
    .map((ranking) => {
      const [ballots, digits = ""] = ranking.split(":")
      return { order: [...digits].map((digit) => Number(digit) - 1), ballots: Number(ballots) }
    })
  return new Profile(CUMBERNAULD.length, rankings)
}
