/** Who votes in a poll, what that doesn't protect against, whether a vote can be changed, and who sees the results. */

import { useAdminText } from "../admin-text"
import type { PollSummary } from "../views"

type Rules = Pick<PollSummary, "eligibility" | "policy" | "results">

/** The words are those of the form, so that a host reads before opening what was chosen there. */
export function RulesCard({ eligibility, policy, results }: Rules) {
  const { t } = useAdminText()
  return (
    <section class="card">
      <h2>{t("rules")}</h2>
      <dl class="rules">
        <dt>{t("eligibility")}</dt>
        <dd>
          {t(`eligibility-${eligibility}`)}
          <span class="hint">{t(`eligibility-${eligibility}-hint`)}</span>
        </dd>
        <dt>{t("policy")}</dt>
        <dd>
          {t(`policy-${policy}`)}
          <span class="hint">{t(`policy-${policy}-hint`)}</span>
        </dd>
        <dt>{t("results")}</dt>
        <dd>
          {t(`results-${results}`)}
          <span class="hint">{t(`results-${results}-hint`)}</span>
        </dd>
      </dl>
    </section>
  )
}
