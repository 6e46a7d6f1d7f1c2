/** Says why no counts are shown, and what to do. */

import { ballotRule } from "../tally/ballot-rule"
import type { Snapshot } from "../tally/snapshot"
import { OptionLabel } from "./bars"
import type { ResultsText } from "./results-data"

export function HiddenResults({ snapshot, text }: { snapshot: Snapshot; text: ResultsText }) {
  const { t } = text
  const { ballot, options, results } = snapshot
  const afterVote = results === "after-vote"
  return (
    <>
      <div class="card hidden-results">
        <Seal />
        <div>
          <p class="hidden-title" id="total">
            {t(afterVote ? "hiddenAfterVote" : "hiddenAfterClose")}
          </p>
          <p>{t(afterVote ? "hiddenAfterVoteHint" : "hiddenAfterCloseHint")}</p>
        </div>
      </div>
      <h2>{t("options")}</h2>
      {ballot && <p id="ballot-rule">{ballotRule({ ballot, options }, text)}</p>}
      <ul class="bars plain">
        {options.map((option) => (
          <li key={option.id} data-option={option.id}>
            <OptionLabel option={option} />
          </li>
        ))}
      </ul>
    </>
  )
}

/** A closed ballot box. */
function Seal() {
  return (
    <svg class="seal" viewBox="0 0 48 48" width="64" height="64" aria-hidden="true" fill="none">
      <path
        stroke="currentColor"
        stroke-width="3"
        stroke-linejoin="round"
        d="M6 22h36v20H6zM12 22l4-10h16l4 10"
      />
      <path class="seal-slot" stroke-width="4" stroke-linecap="round" d="M18 28h12" />
    </svg>
  )
}
