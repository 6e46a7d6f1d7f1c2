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

/** Lets keys do this wherever the focus is; a focused button keeps its own space key, an open dialog all of them. */
export function useStageKeys(actions: StageActions, dialog: RefObject<HTMLDialogElement | null>): void {
  const latest = useRef(actions)
  latest.current = actions
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const action = KEYS[event.key]
      const { ctrlKey, metaKey, altKey, repeat, target } = event
      if (!action || ctrlKey || metaKey || altKey || repeat || dialog.current?.open) return
      if (event.key === " " && target instanceof Element && target.closest("button, a, summary")) return
      event.preventDefault()
      latest.current[action]()
    }
    addEventListener("keydown", press)
    return () => removeEventListener("keydown", press)
  }, [dialog])
}
