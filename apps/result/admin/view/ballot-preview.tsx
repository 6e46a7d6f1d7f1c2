/** The ballot as voters will see it. */

import { optionColours } from "@tallyroom/lib/ui/colour"
import type { OptionDraft } from "../draft"
import { useLive, useWords } from "./words"

type Props = { title: string; options: OptionDraft[] }

export function BallotPreview({ title, options }: Props) {
  const { t } = useWords()
  const live = useLive()
  const written = options.filter(({ label, emoji }) => label.trim() !== "" || emoji.trim() !== "")
  return (
    <aside class="preview" aria-label={t("preview")}>
      <p class="muted">{live ? t("preview") : t("previewSaved")}</p>
      <div class="card">
        <p class="preview-title">{title.trim() || t("previewTitle")}</p>
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
  const colour = /^#[0-9a-f]{6}$/i.test(option.colour) ? option.colour : undefined
  const { light, dark } = optionColours({ colour }, index)
  return (
    <li class="preview-card">
      <svg class="swatch" aria-hidden="true">
        <rect class="on-light" width="100%" height="100%" fill={light.fill} />
        <rect class="on-dark" width="100%" height="100%" fill={dark.fill} />
      </svg>
      {/^https?:\/\/./.test(option.image) && <img src={option.image} alt="" />}
      {option.emoji && (
        <span class="preview-emoji" aria-hidden="true">
          {option.emoji}
        </span>
      )}
      <span>{option.label}</span>
    </li>
  )
}
