/** What a poll decides by its tally, in sentences that a chair can read aloud. */

import { isOverfull } from "@tallyroom/lib/count/quorum"
import type { Motion, TalliedOutcome } from "@tallyroom/lib/outcome/tallied"
import { isDecided } from "@tallyroom/lib/outcome/turnout"
import { isolated } from "@tallyroom/lib/ui/direction"
import type { Translator } from "@tallyroom/lib/ui/i18n"
import type { DecisionKey } from "./decision-messages"

type Named = readonly { readonly id: string; readonly label: string }[]
type Text = Translator<DecisionKey>

/** A sentence, and the label of the motion of which it is said; null where there is one motion or none. */
export type OutcomeLine = { of: string | null; says: string }

/** "Garden – Carried: 6 of 9 valid votes, two thirds (6) were needed." for each motion, or who wins. None while nobody has voted. */
export function outcomeSentences(outcome: TalliedOutcome, options: Named, text: Text): string[] {
  return outcomeLines(outcome, options, text).map(({ of, says }) =>
    of === null ? says : text.t("ofOption", { option: isolated(of), outcome: says }),
  )
}

/** The same, with each motion's label apart. */
export function outcomeLines(outcome: TalliedOutcome, options: Named, text: Text): OutcomeLine[] {
  const { ballots, quorum, quorate, eligible } = outcome
  if (eligible !== undefined && isOverfull(ballots, eligible))
    return [ofAll(text.t("tooMany", { ballots, count: eligible }))]
  if (!quorate) return [ofAll(text.t("noQuorum", { ballots, count: quorum }))]
  if (ballots === 0) return []
  if (outcome.rule !== "majority") return winnerSentences(outcome, options, text).map(ofAll)
  return options.flatMap(({ id, label }) => {
    const motion = outcome.motions[id]
    return motion
      ? [{ of: options.length > 1 ? label : null, says: motionSentence(outcome, motion, text) }]
      : []
  })
}

/** Where there are more motions, it is told first how many of them are carried. */
export const FEW_MOTIONS = 3
/** What stands beside a motion that is decided. */
export const VERDICTS = {
  carried: "carriedMark",
  "not carried": "notCarriedMark",
  tie: "tiedMark",
} as const

/** "Carried: 31 · Not carried: 19"; null where there are few motions or none, or nothing is decided. */
export function outcomeCounts(outcome: TalliedOutcome, options: Named, { t }: Text): string | null {
  if (outcome.rule !== "majority" || options.length <= FEW_MOTIONS) return null
  if (outcome.ballots === 0 || !isDecided(outcome)) return null
  const motions = Object.values(outcome.motions)
  return Object.entries(VERDICTS)
    .map(([what, key]) => ({ key, count: motions.filter((motion) => motion.outcome === what).length }))
    .flatMap(({ key, count }) => (count > 0 ? [t("outcomeCount", { outcome: t(key), count })] : []))
    .join(" · ")
}

const ofAll = (says: string): OutcomeLine => ({ of: null, says })

type Majority = Extract<TalliedOutcome, { rule: "majority" }>
type Winners = Exclude<TalliedOutcome, Majority>

const OF = { valid: "ofValid", cast: "ofCast", eligible: "ofEligible" } as const

/** "Carried: 6 of 9 valid votes, two thirds (6) were needed.", "A tie: 5 for and 5 against." */
function motionSentence({ majority, of }: Majority, motion: Motion, { t }: Text): string {
  const { yes, no, base, needed, outcome } = motion
  const isSimple = majority === "simple"
  const votes = isSimple ? t("forAgainst", { yes, no }) : t(OF[of], { yes, count: base })
  if (outcome === "tie") return t("motionTie", { votes: t("forAgainst", { yes, no }) })
  const key = outcome === "carried" ? "carried" : "notCarried"
  return t(key, { votes, needed: isSimple ? "" : t(`needed-${majority}`, { needed }) })
}

function winnerSentences({ winners, tied, seats }: Winners, options: Named, { t, list }: Text): string[] {
  const named = (ids: readonly string[]) =>
    list(options.flatMap(({ id, label }) => (ids.includes(id) ? [isolated(label)] : [])))
  const left = seats - winners.length
  if (winners.length + tied.length === 0) return [t("nobodyWins")]
  return [
    ...(winners.length > 0 ? [t("win", { options: named(winners), count: winners.length })] : []),
    ...(tied.length === 0
      ? left > 0
        ? [t("vacant", { count: left })]
        : []
      : seats === 1
        ? [t("tiedForOne", { options: named(tied) })]
        : [t("tiedForSeats", { options: named(tied), count: left })]),
  ]
}

/** The sentences in one, or how many motions are carried: what would be decided now while the poll goes on. Empty where there is nothing to say. */
export function outcomeInOne(outcome: TalliedOutcome, options: Named, final: boolean, text: Text): string {
  const sentences =
    outcomeCounts(outcome, options, text) ?? outcomeSentences(outcome, options, text).join(" ")
  return final || sentences === "" ? sentences : `${text.t("ifNow")}: ${sentences}`
}
