/** By which rules people will vote, for a host who checks a poll before it has votes. */

import { translator } from "@tallyroom/lib/ui/i18n"
import { decisionRule } from "../../../apps/result/decision/decision-rule"
import { resultsMessages } from "../../../apps/result/results/results-messages"
import { ballotRule } from "../../../apps/result/tally/ballot-rule"
import type { Snapshot } from "../../../apps/result/tally/snapshot"
import type { ShownPoll } from "./api"

/** "Rules:" with what a ballot may say, how that is decided, and in which order options stand. */
export function rulesText(poll: ShownPoll, { decision }: Snapshot): string {
  const text = translator("en", resultsMessages.en)
  const lines = [
    ballotRule(poll, text),
    decision ? decisionRule(decision, text) : "The option with the most votes wins.",
    ...(poll.order === "random" ? ["Each voter sees the options in an own random order."] : []),
    ...(poll.confirm ? ["A choice is confirmed before it is cast."] : []),
  ]
  return ["Rules:", ...lines.map((line) => `  ${line}`)].join("\n")
}
