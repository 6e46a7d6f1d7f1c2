/** A text with a button that copies it, where scripts run. */

import { copyText } from "@tallyroom/lib/ui/copy-text"
import { useRef, useState } from "preact/hooks"
import { useMounted } from "../../live/use-mounted"
import { useAdminText } from "../admin-text"

type Props = { id: string; label: string; value: string }

export function CopyField({ id, label, value }: Props) {
  const { t } = useAdminText()
  const mounted = useMounted()
  const field = useRef<HTMLInputElement>(null)
  const [copied, setCopied] = useState(false)
  const copy = async () => setCopied(await copyText(value, field.current))
  const text = copied ? t("copied") : t("copy")
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <div class="copy">
        <input id={id} ref={field} value={value} readonly onFocus={(event) => event.currentTarget.select()} />
        {mounted && (
          <button type="button" class="button" aria-label={`${text}: ${label}`} onClick={copy}>
            {text}
          </button>
        )}
      </div>
      <span class="visually-hidden" role="status">
        {copied && t("copied")}
      </span>
    </div>
  )
}
