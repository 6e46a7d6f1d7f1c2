/** Small parts that several pages of the control room share. */

import type { ComponentChildren } from "preact"
import { useMounted } from "../live/use-mounted"
import type { AdminKey } from "./admin-messages"
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

function PhaseChip({ phase, stopping }: Pick<PollSummary, "phase" | "stopping">) {
  const { t } = useAdminText()
  return <span class={`chip ${PHASE_KINDS[phase]}`}>{t(phaseKey(phase, stopping))}</span>
}

function phaseKey(phase: PollSummary["phase"], stopping: boolean): AdminKey {
  if (stopping && phase === "closed") return "phase-closing"
  return stopping && phase === "paused" ? "phase-pausing" : `phase-${phase}`
}

/** The phase of a poll and its other properties, as chips. */
export function PollChips({ poll }: { poll: PollSummary }) {
  const { t } = useAdminText()
  return (
    <span class="chips">
      {poll.deleting ? <span class="chip bad">{t("deleting")}</span> : <PhaseChip {...poll} />}
      {poll.isDefault && <span class="chip">{t("isDefault")}</span>}
      {poll.archived && <span class="chip">{t("isArchived")}</span>}
    </span>
  )
}

/** When a poll will open or close, when it was closed in every shard, or when it became final. */
export function PollTimes({ poll }: { poll: PollSummary }) {
  const { t } = useAdminText()
  const { phase, stopping, opensAt, closesAt, closedAt, finalAt } = poll
  const toCome = phase === "draft" || phase === "scheduled"
  return (
    <>
      {toCome && opensAt && <Moment text={t("opensOn")} at={opensAt} />}
      {(toCome || phase === "open" || phase === "paused") && closesAt && (
        <Moment text={t("closesOn")} at={closesAt} />
      )}
      {phase === "closed" && !stopping && closedAt && <Moment text={t("closedAt")} at={closedAt} />}
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

/** A moment: in UTC on the server, and in the reader's time zone once scripts run. */
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
 * A field with a label. Its input must name `describedBy(id)`, and have `autofocus` where the field has an error: a browser
 * focuses the first of them, so that the error is in sight and read out.
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
