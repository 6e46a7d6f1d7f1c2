import type { RefObject } from "preact"
import type { StageText } from "./stage-data"

type Props = {
  dialog: RefObject<HTMLDialogElement | null>
  canFill: boolean
  canReveal: boolean
  text: StageText
}

type Key = [names: string[], does: string]

/** A dialog that lists the keys. Esc closes it without a script. */
export function KeysDialog({ dialog, canFill, canReveal, text: { t } }: Props) {
  const fullScreen: Key = [["F"], t("keyFull")]
  const reveal: Key = [["R"], t("keyReveal")]
  const keys: Key[] = [
    [[t("keySpace"), "B", ".", t("escape")], t("keyHide")],
    ...(canFill ? [fullScreen] : []),
    ...(canReveal ? [reveal] : []),
    [["←", "→", t("pageUp"), t("pageDown")], t("keyMove")],
    [["?"], t("keyHelp")],
  ]
  return (
    <dialog ref={dialog} class="keys" aria-labelledby="keys-title">
      <h2 id="keys-title">{t("keys")}</h2>
      <dl>
        {keys.map(([names, does]) => (
          <div key={does}>
            <dt>
              {names.map((name) => (
                <kbd key={name}>{name}</kbd>
              ))}
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
      <form method="dialog">
        <button type="submit" class="button primary">
          {t("close")}
        </button>
      </form>
    </dialog>
  )
}
