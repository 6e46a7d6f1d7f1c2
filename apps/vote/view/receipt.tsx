/** The receipt: short to look at, whole to copy. */

import { useRef, useState } from "preact/hooks"
import { copyText } from "../browser/copy-text"
import { useWords } from "./words"

type Props = { receipt: string; live: boolean }

export function Receipt({ receipt, live }: Props) {
  const { t } = useWords()
  const code = useRef<HTMLElement>(null)
  const [copied, setCopied] = useState(false)
  return (
    <div class="receipt">
      <h2>{t("receipt")}</h2>
      <div class="receipt-line">
        <code ref={code}>{receipt}</code>
        {live && (
          <button
            class="button"
            type="button"
            onClick={async () => setCopied(await copyText(receipt, code.current))}
          >
            <span aria-live="polite">{t(copied ? "copied" : "copy")}</span>
          </button>
        )}
      </div>
      <p class="muted">{t("receiptNote")}</p>
    </div>
  )
}
