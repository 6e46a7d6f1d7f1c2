/** What can be done with a poll now. Every button is a plain form. */

import type { ComponentChildren } from "preact"
import type { PollSummary } from "../views"
import { RESULTS_MODES } from "./modes"
import { useWords } from "./words"

export function PollActions({ poll }: { poll: PollSummary }) {
  const { t } = useWords()
  return (
    <section class="card">
      <h2>{t("actions")}</h2>
      <StateAction poll={poll} />
      <ResultsForm poll={poll} />
      <div class="buttons">
        <a class="button" href={`/admin/polls/${poll.id}/edit`}>
          {t("edit")}
        </a>
        <a class="button" href={`/admin/polls/${poll.id}/duplicate`}>
          {t("duplicate")}
        </a>
        {!poll.isDefault && (
          <Action poll={poll} value="default">
            {t("makeDefault")}
          </Action>
        )}
        <Action poll={poll} value={poll.archived ? "unarchive" : "archive"}>
          {poll.archived ? t("unarchive") : t("archive")}
        </Action>
      </div>
    </section>
  )
}

/** Opening is one press; closing can't be undone and takes a second one. */
function StateAction({ poll }: { poll: PollSummary }) {
  const { t } = useWords()
  const { phase, opensAt } = poll
  if (phase === "final") return <p class="muted">{t("finalText")}</p>
  if (phase === "closed") return <p class="muted">{t("closedText")}</p>
  if (phase === "draft") {
    return (
      <div class="state-action">
        <Action poll={poll} value="open" kind="primary">
          {opensAt ? t("schedule") : t("open")}
        </Action>
        <p class="muted">{opensAt ? t("scheduleText") : t("openText")}</p>
      </div>
    )
  }
  return (
    <>
      {phase === "scheduled" && (
        <div class="state-action">
          <Action poll={poll} value="unschedule">
            {t("unschedule")}
          </Action>
          <p class="muted">{t("unscheduleText")}</p>
        </div>
      )}
      <CloseAction poll={poll} />
    </>
  )
}

function CloseAction({ poll }: { poll: PollSummary }) {
  const { t } = useWords()
  return (
    <details class="confirm">
      <summary class="button">{t("close")}</summary>
      <p>{t("closeText")}</p>
      <Action poll={poll} value="close" kind="danger">
        {t("closeNow")}
      </Action>
    </details>
  )
}

type ActionProps = { poll: PollSummary; value: string; kind?: string; children: ComponentChildren }

function Action({ poll, value, kind = "", children }: ActionProps) {
  return (
    <form method="post" action={`/admin/polls/${poll.id}/actions`}>
      <button class={`button ${kind}`} type="submit" name="do" value={value}>
        {children}
      </button>
    </form>
  )
}

function ResultsForm({ poll }: { poll: PollSummary }) {
  const { t } = useWords()
  return (
    <form class="inline-form" method="post" action={`/admin/polls/${poll.id}/actions`}>
      <div class="field">
        <label for="results">{t("results")}</label>
        <select id="results" name="results">
          {RESULTS_MODES.map((mode) => (
            <option key={mode} value={mode} selected={mode === poll.results}>
              {t(`results-${mode}`)}
            </option>
          ))}
        </select>
      </div>
      <button class="button" type="submit" name="do" value="results">
        {t("set")}
      </button>
    </form>
  )
}
