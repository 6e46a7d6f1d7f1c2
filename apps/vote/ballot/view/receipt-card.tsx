/** The receipt, with a button that copies it. */

import { copyText } from "@tallyroom/lib/ui/copy-text"
import { useRef, useState } from "preact/hooks"
import { useBallotText } from "./ballot-text"

type Props = {
  receipt: string
  note: "receiptNote" | "receivedNote"
  live: boolean
  resultUrl: string
  embedded: boolean
}

export function ReceiptCard({ receipt, note, live, resultUrl, embedded }: Props) {
  const { t } = useBallotText()
  const code = useRef<HTMLElement>(null)
  const [copied, setCopied] = useState(false)
  return (
    <div class="receipt">
      <h2>{t("receipt")}</h2>
      <div class="receipt-line">
        <code ref={code} class="notranslate">
          {receipt}
        </code>
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
      <p class="muted">{t(note)}</p>
      <a class="target" href={`${resultUrl}/receipts`} target={embedded ? "_blank" : undefined}>
        {t("enterReceipt")}
      </a>
    </div>
  )
}
