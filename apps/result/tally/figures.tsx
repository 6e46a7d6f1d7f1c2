/** The numbers of an option beside its bar, where they are more than its votes and their share. */

import type { Translator } from "@tallyroom/lib/ui/i18n"
import type { DecisionKey } from "../decision/decision-messages"
import { localMean } from "../decision/mean"
import type { RatedRow, TallyRow } from "./tally-view"

type Text = Translator<DecisionKey>

/** The greater figure and the lesser one; null where they are votes and share. */
export function figuresOf({ motion, rated }: TallyRow, text: Text): { first: string; second: string } | null {
  if (rated) return { first: ratedFigure(rated, text), second: text.t("ratings", { count: rated.ratings }) }
  if (!motion) return null
  const { yes, no, abstained } = motion
  const of = (key: "yes" | "no" | "abstain", count: number) => `${text.t(key)} ${text.number(count)}`
  return { first: of("yes", yes), second: `${of("no", no)} · ${of("abstain", abstained)}` }
}

/** The mean, or the sum, that is compared. */
export function ratedFigure(rated: RatedRow, text: Text): string {
  if (rated.by === "sum") return text.number(rated.sum)
  return localMean(rated, text.language)
}
