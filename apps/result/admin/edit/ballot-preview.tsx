/** The ballot as voters will see it. */

import { OptionMark } from "@tallyroom/lib/ui/option-mark"
import { useMounted } from "../../live/use-mounted"
import { useAdminText } from "../admin-text"
import type { OptionDraft } from "./draft"

type Props = { title: string; options: OptionDraft[] }

export function BallotPreview({ title, options }: Props) {
  const { t } = useAdminText()
  const mounted = useMounted()
  const written = options.filter(({ label, emoji }) => label.trim() !== "" || emoji.trim() !== "")
  return (
    <aside class="preview" aria-label={t("preview")}>
      <p class="muted">{mounted ? t("preview") : t("previewSaved")}</p>
      <div class="card">
        <p class="preview-title" dir="auto">
          {title.trim() || t("previewTitle")}
        </p>
        <ol>
          {written.map((option, i) => (
            <PreviewCard key={`${option.id} ${i}`} option={option} index={i} />
          ))}
        </ol>
        {written.length === 0 && <p class="muted">{t("previewEmpty")}</p>}
      </div>
    </aside>
  )
}

function PreviewCard({ option, index }: { option: OptionDraft; index: number }) {
  return (
    <li class="preview-card">
      <OptionMark option={showable(option)} index={index} />
      <span>
        <bdi>{option.label}</bdi>
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
