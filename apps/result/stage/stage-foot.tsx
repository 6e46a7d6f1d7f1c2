/** Buttons for all that keys do, for people without a keyboard. */

import type { StageText } from "./stage-data"
import type { StageActions } from "./use-stage-keys"

type Props = {
  actions: StageActions
  covered: boolean
  /** Whether the page can fill the screen. */
  canFill: boolean
  /** Whether there are rounds of rankings to be revealed. */
  canReveal: boolean
  text: StageText
  failure: string | null
}

export function StageFoot({ actions, covered, canFill, canReveal, text: { t }, failure }: Props) {
  return (
    <footer class="stage-foot">
      <p role="status" class="move-failure">
        {failure}
      </p>
      <div class="stage-buttons">
        <button type="button" onClick={actions.previous} aria-label={t("previous")}>
          ←
        </button>
        <button type="button" onClick={actions.cover} id="cover">
          {t(covered ? "reveal" : "hide")}
        </button>
        {canReveal && (
          <button type="button" onClick={actions.reveal}>
            {t("nextRound")}
          </button>
        )}
        {canFill && (
          <button type="button" onClick={actions.fullScreen}>
            {t("fullScreen")}
          </button>
        )}
        <button type="button" onClick={actions.keys} aria-label={t("keys")}>
          ?
        </button>
        <button type="button" onClick={actions.next} aria-label={t("next")}>
          →
        </button>
      </div>
    </footer>
  )
}
