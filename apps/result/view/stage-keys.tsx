import type { RefObject } from "preact"
import type { StageText } from "./stage-data"

/** Which keys there are; Esc closes it by itself. */
export function KeysDialog(props: { dialog: RefObject<HTMLDialogElement | null>; text: StageText }) {
  const { t } = props.text
  const keys = [
    [[t("keySpace")], t("keyHide")],
    [["F"], t("keyFull")],
    [["←", "→"], t("keyMove")],
    [["?"], t("keyHelp")],
    [[t("escape")], t("keyClose")],
  ] as const
  return (
    <dialog ref={props.dialog} class="keys" aria-labelledby="keys-title">
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
