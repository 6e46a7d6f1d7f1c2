/** One option of a poll while it is edited. */

import { useMounted } from "../../live/use-mounted"
import { idFrom } from "../../polls/generated-ids"
import { useAdminText } from "../admin-text"
import { describedBy, Field } from "../parts"
import { type OptionDraft, optionField } from "./draft"

type Props = {
  index: number
  count: number
  fewest: number
  option: OptionDraft
  errors: Record<string, string>
  fixed: boolean
  labelFixed: boolean
  press: (action: string) => (event: Event) => void
  /** Focuses the next option, and adds one after the last option. Returns false where there can be no other. */
  goOn: (index: number) => boolean
  onChange: (option: OptionDraft) => void
}

export function OptionRow(props: Props) {
  const { t } = useAdminText()
  const { index, count, fewest, fixed, press, errors, option } = props
  const button = (verb: "up" | "down" | "remove", sign: string, disabled: boolean) => (
    <button
      class="button icon"
      type="submit"
      name="do"
      value={`${verb}-${index}`}
      disabled={disabled}
      aria-label={t(`${verb}Option`, { place: index + 1 })}
      onClick={press(`${verb}-${index}`)}
    >
      <span aria-hidden="true">{sign}</span>
    </button>
  )
  const hidden = (["id", "colour", "image"] as const).some((part) => errors[optionField(index, part)])
  return (
    <li class="option-row">
      <div class="option-main">
        <TextPart {...props} part="label" maxLength={80} />
        <TextPart {...props} part="emoji" maxLength={16} />
        <div class="option-buttons">
          {button("up", "↑", index === 0)}
          {button("down", "↓", index === count - 1)}
          {!fixed && button("remove", "×", count <= fewest)}
        </div>
      </div>
      <details open={hidden || option.colour !== "" || option.image !== ""}>
        <summary>
          {t("moreOfOption")}
          <span class="visually-hidden"> {index + 1}</span>
        </summary>
        <div class="option-more">
          <ColourPart {...props} />
          <TextPart {...props} part="image" maxLength={500} />
          <TextPart {...props} part="id" maxLength={64} />
        </div>
      </details>
    </li>
  )
}

type Part = Props & { part: keyof OptionDraft; maxLength: number }

function TextPart({ index, option, errors, fixed, labelFixed, goOn, onChange, part, maxLength }: Part) {
  const { t } = useAdminText()
  const name = optionField(index, part)
  const error = errors[name]
  return (
    <Field id={name} label={t(`option-${part}`, { place: index + 1 })} error={error}>
      <input
        id={name}
        name={name}
        value={option[part]}
        placeholder={part === "id" ? idFrom(option.label) : undefined}
        dir={part === "label" ? "auto" : undefined}
        maxLength={maxLength}
        readonly={(part === "id" && fixed) || (part === "label" && labelFixed)}
        aria-invalid={error !== undefined}
        autofocus={error !== undefined}
        aria-describedby={describedBy(name)}
        onInput={(event) => onChange({ ...option, [part]: event.currentTarget.value })}
        onKeyDown={(event) => {
          const isMain = part === "label" || part === "emoji"
          if (isMain && isEnter(event) && goOn(index)) event.preventDefault()
        }}
      />
    </Field>
  )
}

/** Whether Enter was pressed by itself. In an input method it accepts the text instead, which Safari tells by the key code alone. */
function isEnter({ key, isComposing, keyCode, ctrlKey, metaKey, altKey }: KeyboardEvent): boolean {
  return key === "Enter" && !isComposing && keyCode !== COMPOSED && !ctrlKey && !metaKey && !altKey
}
const COMPOSED = 229

/** A field for a colour, which may be empty, with a colour picker where scripts run. */
function ColourPart(props: Props) {
  const { t } = useAdminText()
  const mounted = useMounted()
  const { index, option, onChange } = props
  return (
    <div class="colour">
      <TextPart {...props} part="colour" maxLength={7} />
      {mounted && (
        <input
          type="color"
          aria-label={t("pickColour", { place: index + 1 })}
          value={/^#[0-9a-f]{6}$/i.test(option.colour) ? option.colour : "#888888"}
          onInput={(event) => onChange({ ...option, colour: event.currentTarget.value })}
        />
      )}
    </div>
  )
}
