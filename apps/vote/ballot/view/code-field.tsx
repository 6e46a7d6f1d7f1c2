/** The field for a code, which shows it in groups of four however it is typed. */

import type { Refusal } from "./ballot-data"
import { useBallotText } from "./ballot-text"
import { formatCode } from "./code-format"

type Props = { value: string; refusal: Refusal | null; onCode: (code: string) => void }

export function CodeField({ value, refusal, onCode }: Props) {
  const { t } = useBallotText()
  const wrong = refusal === "codeNeeded" || refusal === "codeUnknown" || refusal === "codeUsed"
  return (
    <div class="field code">
      <label for="code">{t("code")}</label>
      <input
        id="code"
        name="code"
        value={value}
        required
        maxLength={64}
        autocomplete="off"
        autocapitalize="characters"
        spellcheck={false}
        placeholder="····-····-····-····"
        aria-describedby="code-hint"
        aria-invalid={wrong ? "true" : undefined}
        onInput={({ currentTarget }) => {
          currentTarget.value = formatCode(currentTarget.value, value)
          onCode(currentTarget.value)
        }}
      />
      <span id="code-hint" class="hint">
        {t("codeHint")}
      </span>
    </div>
  )
}
