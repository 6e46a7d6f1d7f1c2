/** The actions that are possible with a poll now. Every button is a form. */

import type { ComponentChildren } from "preact"
import { useEffect, useState } from "preact/hooks"
import { useMounted } from "../../live/use-mounted"
import { useAdminText } from "../admin-text"
import { RESULTS_MODES } from "../edit/modes"
import type { PollSummary, Undo } from "../views"

type Props = { poll: PollSummary; undo: Undo }

export function PollActions({ poll, undo }: Props) {
  const { t } = useAdminText()
  return (
    <section class="card">
      <h2>{t("actions")}</h2>
      <StateAction poll={poll} undo={undo} />
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

/** A poll is opened and paused by one press. Closing takes two, and can be undone for a while. */
function StateAction({ poll, undo }: Props) {
  const { t } = useAdminText()
  switch (poll.phase) {
    case "final":
      return <p class="muted">{t("finalText")}</p>
    case "closed":
      return <UndoAction poll={poll} undo={undo} />
    case "draft":
      return <OpenActions poll={poll} />
    case "scheduled":
      return (
        <>
          <Explained text={t("unscheduleText")}>
            <Action poll={poll} value="unschedule">
              {t("unschedule")}
            </Action>
          </Explained>
          <CloseAction poll={poll} undo={undo} />
        </>
      )
    default:
      return (
        <>
          <PauseAction poll={poll} />
          <CloseAction poll={poll} undo={undo} />
        </>
      )
  }
}

function OpenActions({ poll }: { poll: PollSummary }) {
  const { t } = useAdminText()
  if (poll.opensAt === null) {
    return (
      <Explained text={t("openText")}>
        <Action poll={poll} value="open" kind="primary">
          {t("open")}
        </Action>
      </Explained>
    )
  }
  return (
    <>
      <Explained text={t("scheduleText")}>
        <Action poll={poll} value="open" kind="primary">
          {t("schedule")}
        </Action>
      </Explained>
      <Explained text={t("openNowText")}>
        <Action poll={poll} value="open-now">
          {t("open")}
        </Action>
      </Explained>
    </>
  )
}

function PauseAction({ poll }: { poll: PollSummary }) {
  const { t } = useAdminText()
  const isPaused = poll.phase === "paused"
  const text = poll.stopping ? "pausingText" : "resumeText"
  return (
    <Explained text={t(isPaused ? text : "pauseText")}>
      <Action poll={poll} value={isPaused ? "resume" : "pause"} kind={isPaused ? "primary" : ""}>
        {t(isPaused ? "resume" : "pause")}
      </Action>
    </Explained>
  )
}

function CloseAction({ poll, undo }: Props) {
  const { t } = useAdminText()
  return (
    <details class="confirm">
      <summary class="button">{t("close")}</summary>
      <p>{undo.seconds > 0 ? t("closeText", { count: undo.seconds }) : t("closeTextAtOnce")}</p>
      {undo.seconds > 0 && hidesUntilClose(poll) && <p>{t("closeShows")}</p>}
      <Action poll={poll} value="close" kind="danger">
        {t("closeNow")}
      </Action>
    </details>
  )
}

function UndoAction({ poll, undo }: Props) {
  const { t } = useAdminText()
  const left = useSecondsLeft(undo.left)
  const isPast = useMounted() && poll.closesAt !== null && Date.parse(poll.closesAt) <= Date.now()
  return (
    <>
      <p class="muted">{t(poll.stopping ? "closingText" : "closedText")}</p>
      {hidesUntilClose(poll) && <p>{t("undoShown")}</p>}
      <Explained
        text={[left > 0 ? t("undoLeft", { count: left }) : t("undoStill"), isPast && t("undoNoTime")]
          .filter(Boolean)
          .join(" ")}
      >
        <Action poll={poll} value="undo">
          {t("undo")}
        </Action>
      </Explained>
    </>
  )
}

/** Whether closing it shows everybody what nobody saw before. */
function hidesUntilClose({ results }: PollSummary): boolean {
  return results === "after-close"
}

/** Counts down from the seconds that the server said; 0 after that, and when it said none. */
function useSecondsLeft(served: number | null): number {
  const [left, setLeft] = useState(served ?? 0)
  useEffect(() => {
    const end = performance.now() + (served ?? 0) * 1_000
    const tick = () => setLeft(Math.max(0, Math.ceil((end - performance.now()) / 1_000)))
    const timer = setInterval(tick, 250)
    return () => clearInterval(timer)
  }, [served])
  return left
}

function Explained({ text, children }: { text: string; children: ComponentChildren }) {
  return (
    <div class="state-action">
      {children}
      <p class="muted">{text}</p>
    </div>
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
  const { t } = useAdminText()
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
