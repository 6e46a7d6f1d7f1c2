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
  return (
    <li class="preview-card">
      <PreviewMark option={option} index={index} />
      <span>{option.label}</span>
    </li>
  )
}

/** Like the ballot's own: the image, else the emoji, else the option's place on its colour. */
function PreviewMark({ option, index }: { option: OptionDraft; index: number }) {
  const colour = /^#[0-9a-f]{6}$/i.test(option.colour) ? option.colour : undefined
  const { light, dark } = optionColours({ colour }, index)
  const image = /^https?:\/\/./.test(option.image) ? option.image : ""
  const place = option.emoji ? "" : String(index + 1)
  return (
    <span class="preview-mark" aria-hidden="true">
      <Tile scheme="on-light" fill={light.fill} ink={light.ink} text={place} />
      <Tile scheme="on-dark" fill={dark.fill} ink={dark.ink} text={place} />
      {image && <img src={image} alt="" />}
      {option.emoji && !image && <span class="preview-emoji">{option.emoji}</span>}
    </span>
  )
}

type TileProps = { scheme: string; fill: string; ink: string; text: string }

function Tile({ scheme, fill, ink, text }: TileProps) {
  return (
    <svg class={scheme} viewBox="0 0 40 40" aria-hidden="true">
      <rect width="40" height="40" rx="10" fill={fill} />
      {text && (
        <text x="20" y="26" text-anchor="middle" font-size="17" font-weight="700" fill={ink}>
          {text}
        </text>
      )}
    </svg>
  )
}
