import type { RefObject } from "preact"
import { useEffect, useRef } from "preact/hooks"

export type StageActions = Record<
  "cover" | "fullScreen" | "previous" | "next" | "keys" | "reveal",
  () => void
>

/** Remote presenters send the page keys, Esc, "." and "b". */
const KEYS = new Map<string, keyof StageActions>(
  Object.entries({
    " ": "cover",
    b: "cover",
    B: "cover",
    ".": "cover",
    Escape: "cover",
    f: "fullScreen",
    F: "fullScreen",
    ArrowLeft: "previous",
    PageUp: "previous",
    ArrowRight: "next",
    PageDown: "next",
    r: "reveal",
    R: "reveal",
    "?": "keys",
  }),
)

/**
 * Lets keys start these actions wherever the focus is. The space key still presses a button that was reached by the keyboard,
 * and not one that was only clicked. While the dialog is open, the key that opened it closes it, and all others are the dialog's.
 */
export function useStageKeys(actions: StageActions, dialog: RefObject<HTMLDialogElement | null>): void {
  const latest = useRef(actions)
  latest.current = actions
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const action = KEYS.get(event.key)
      const { ctrlKey, metaKey, altKey, repeat } = event
      if (!action || ctrlKey || metaKey || altKey || repeat) return
      if (dialog.current?.open ? action !== "keys" : isForButton(event)) return
      event.preventDefault()
      latest.current[action]()
    }
    addEventListener("keydown", press)
    return () => removeEventListener("keydown", press)
  }, [dialog])
}

function isForButton({ key, target }: KeyboardEvent): boolean {
  if (key !== " " || !(target instanceof Element)) return false
  // A dialog that was just closed may have the focus for another moment.
  return target.closest(":not(dialog *):is(button, a, summary)")?.matches(":focus-visible") ?? false
}
