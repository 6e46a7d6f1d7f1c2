import type { RefObject } from "preact"
import { useEffect, useRef } from "preact/hooks"

export type StageActions = Record<"cover" | "fullScreen" | "previous" | "next" | "keys", () => void>

const KEYS: Record<string, keyof StageActions> = {
  " ": "cover",
  f: "fullScreen",
  F: "fullScreen",
  ArrowLeft: "previous",
  ArrowRight: "next",
  "?": "keys",
}

/**
 * Lets keys do this wherever the focus is. A button that the keyboard has reached keeps its own space key, one that was
 * only clicked does not; an open dialog keeps all keys.
 */
export function useStageKeys(actions: StageActions, dialog: RefObject<HTMLDialogElement | null>): void {
  const latest = useRef(actions)
  latest.current = actions
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const action = KEYS[event.key]
      const { ctrlKey, metaKey, altKey, repeat, target } = event
      if (!action || ctrlKey || metaKey || altKey || repeat || dialog.current?.open) return
      if (
        event.key === " " &&
        target instanceof Element &&
        target.closest("button, a, summary")?.matches(":focus-visible")
      )
        return
      event.preventDefault()
      latest.current[action]()
    }
    addEventListener("keydown", press)
    return () => removeEventListener("keydown", press)
  }, [dialog])
}
