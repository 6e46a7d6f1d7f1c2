/** What a ballot says where it is not one vote, in which order options stand there where that is random, who votes in a poll, what that doesn't protect against, whether a vote can be changed, and who sees the results. */

import { decisionRule } from "../../decision/decision-rule"
import { ballotRule } from "../../tally/ballot-rule"
import type { Snapshot } from "../../tally/snapshot"
import { useAdminText } from "../admin-text"
import type { PollSummary } from "../views"

type Rules = Pick<PollSummary, "eligibility" | "order" | "policy" | "results" | "decision"> &
  Pick<Snapshot, "ballot" | "options">

/** The words are those of the form, so that a host reads before opening what was chosen there. */
export function RulesCard({ ballot, decision, options, eligibility, order, policy, results }: Rules) {
  const text = useAdminText()
  const { t } = text
  return (
    <section class="card">
      <h2>{t("rules")}</h2>
      <dl class="rules">
        {ballot && (
          <>
            <dt>{t("ballot")}</dt>
            <dd>{ballotRule({ ballot, options }, text)}</dd>
          </>
        )}
        {decision && (
          <>
            <dt>{t("decision")}</dt>
            <dd>{decisionRule(decision, text)}</dd>
          </>
        )}
        {order === "random" && (
          <>
            <dt>{t("order")}</dt>
            <dd>
              {t("order-random")}
              <span class="hint">{t("order-random-hint")}</span>
            </dd>
          </>
        )}
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
