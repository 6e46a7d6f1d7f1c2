/** The ballot as voters will see it. */

import { saysOneOption } from "@tallyroom/lib/ballots/choice"
import { OptionMark } from "@tallyroom/lib/ui/option-mark"
import { useMounted } from "../../live/use-mounted"
import { ballotRule } from "../../tally/ballot-rule"
import { type AdminText, useAdminText } from "../admin-text"
import { ballotMethodOf, type OptionDraft, type PollDraft } from "./draft"

type Props = Pick<PollDraft, "title" | "options" | "ballot">

export function BallotPreview({ title, options, ballot }: Props) {
  const text = useAdminText()
  const { t } = text
  const mounted = useMounted()
  const rule = isTold(ballot) && ballotRule({ ballot: ballotMethodOf(ballot), options }, text)
  const answers = answersTo(ballot, text)
  const written = options.filter(({ label, emoji }) => label.trim() !== "" || emoji.trim() !== "")
  return (
    <aside class="preview" aria-label={t("preview")}>
      <p class="muted">{mounted ? t("preview") : t("previewSaved")}</p>
      <div class="card">
        <p class="preview-title" dir="auto">
          {title.trim() || t("previewTitle")}
        </p>
        {rule && <p class="preview-rule">{rule}</p>}
        <ol>
          {written.map((option, i) => (
            <PreviewCard key={`${option.id} ${i}`} option={option} index={i} answers={answers} />
          ))}
        </ol>
        {ballot.abstain && <p class="preview-abstain">{t("previewAbstain")}</p>}
        {written.length === 0 && <p class="muted">{t("previewEmpty")}</p>}
      </div>
    </aside>
  )
}

/** Whether the ballot says what may be chosen: not where that is one option, nor while its numbers are being typed. */
function isTold(ballot: PollDraft["ballot"]): boolean {
  const method = ballotMethodOf(ballot)
  if (saysOneOption({ ballot: method })) return ballot.abstain
  const numbers = [
    ...("min" in method ? [method.min] : []),
    ...("max" in method ? [method.max] : []),
    ...("highest" in method ? [method.highest] : []),
  ]
  return numbers.every((limit) => limit === "all" || Number.isInteger(limit))
}

/** What voters may say of each option, where they don't just name it. */
function answersTo(ballot: PollDraft["ballot"], { t, number }: AdminText): string | null {
  const method = ballotMethodOf(ballot)
  if (method.method === "decide") return [t("yes"), t("no"), t("abstain")].join(" · ")
  const isRated = method.method === "rate" && Number.isInteger(method.highest)
  return isRated ? `${number(0)} … ${number(method.highest)}` : null
}

type CardProps = { option: OptionDraft; index: number; answers: string | null }

function PreviewCard({ option, index, answers }: CardProps) {
  return (
    <li class="preview-card">
      <OptionMark option={showable(option)} index={index} />
      <span>
        <bdi>{option.label}</bdi>
        {answers && <small class="preview-answers">{answers}</small>}
      </span>
    </li>
  )
}

/** The parts of an unfinished option that can be shown. */
function showable({ emoji, colour, image }: OptionDraft) {
  return {
    emoji,
    colour: /^#[0-9a-f]{6}$/i.test(colour) ? colour : undefined,
    image: /^https:\/\/./.test(image) ? image : undefined,
  }
}
