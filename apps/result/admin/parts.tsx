/** Small parts that several pages of the control room share. */

import type { ComponentChildren } from "preact"
import { useMounted } from "../live/use-mounted"
import { useAdminText } from "./admin-text"
import type { Notice, PollSummary } from "./views"

const PHASE_KINDS = {
  draft: "",
  scheduled: "warn",
  open: "good",
  paused: "warn",
  closed: "warn",
  final: "",
} as const

function PhaseChip({ phase }: Pick<PollSummary, "phase">) {
  const { t } = useAdminText()
  return <span class={`chip ${PHASE_KINDS[phase]}`}>{t(`phase-${phase}`)}</span>
}

/** Everything about a poll that is worth a chip. */
export function PollChips({ poll }: { poll: PollSummary }) {
  const { t } = useAdminText()
  return (
    <span class="chips">
      {poll.deleting ? <span class="chip bad">{t("deleting")}</span> : <PhaseChip phase={poll.phase} />}
      {poll.isDefault && <span class="chip">{t("isDefault")}</span>}
      {poll.archived && <span class="chip">{t("isArchived")}</span>}
    </span>
  )
}

/** When a poll opens or closes, as far as that is to come; else when it became final. */
export function PollTimes({ poll }: { poll: PollSummary }) {
  const { t } = useAdminText()
  const { phase, opensAt, closesAt, finalAt } = poll
  const toCome = phase === "draft" || phase === "scheduled"
  return (
    <>
      {toCome && opensAt && <Moment text={t("opensOn")} at={opensAt} />}
      {(toCome || phase === "open" || phase === "paused") && closesAt && (
        <Moment text={t("closesOn")} at={closesAt} />
      )}
      {phase === "final" && finalAt && <Moment text={t("finalSince")} at={finalAt} />}
    </>
  )
}

function Moment({ text, at }: { text: string; at: string }) {
  return (
    <span>
      {text} <DateTime at={at} />
    </span>
  )
}

/** A moment: in UTC as it is served, in the reader's zone once scripts run. */
export function DateTime({ at }: { at: string }) {
  const { dateTime } = useAdminText()
  const mounted = useMounted()
  return <time dateTime={at}>{dateTime(new Date(at), mounted ? undefined : "UTC")}</time>
}

export function NoticeBox({ notice }: { notice: Notice | null }) {
  if (!notice) return null
  return (
    <div class={`notice ${notice.kind}`} role={notice.kind === "bad" ? "alert" : "status"}>
      <p>{notice.text}</p>
    </div>
  )
}

export function BackLink({ href, children }: { href: string; children: ComponentChildren }) {
  return (
    <p class="back">
      <a href={href}>
        <span aria-hidden="true">← </span>
        {children}
      </a>
    </p>
  )
}

type FieldProps = {
  id: string
  label: string
  hint?: string | undefined
  error?: string | null | undefined
  children: ComponentChildren
}

/**
 * A labelled field; its input names `describedBy(id)`, and has `autofocus` where it comes back with a error: of several a
 * browser takes the first, so that what is wrong is in sight and read out.
 */
export function Field({ id, label, hint, error, children }: FieldProps) {
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children}
      <span class="hint" id={`${id}-hint`}>
        {error ? <strong class="field-error">{error}</strong> : hint}
      </span>
    </div>
  )
}

export function describedBy(id: string): string {
  return `${id}-hint`
}
