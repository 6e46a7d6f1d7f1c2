/** Ticking boxes by the keyboard. */

import { useEffect, useRef } from "preact/hooks"
import { MOST_KEYS } from "./use-keys"

/**
 * Keys 1 to 9 tick the box of that number, or move the focus to that place if there are more than nine. Enter leads to the button that casts the
 * ballot: nobody votes by a slip. They work while the focus is in the ballot.
 * @returns a reference for the element that has the boxes
 */
export function useBoxKeys() {
  const boxes = useRef<HTMLFieldSetElement>(null)
  useEffect(() => {
    const form = boxes.current?.form
    const press = (event: KeyboardEvent) => {
      const { key, target } = event
      const isBox = target instanceof HTMLInputElement && target.type === "checkbox"
      if (event.ctrlKey || event.altKey || event.metaKey || (target instanceof HTMLInputElement && !isBox))
        return
      if (key === "Enter" && (isBox || target === form)) {
        // The same press must not press the button.
        event.preventDefault()
        form?.querySelector<HTMLButtonElement>(".cast .primary")?.focus()
      }
      const all = boxes.current?.querySelectorAll("input") ?? []
      const box = all[Number(key) - 1]
      if (all.length > MOST_KEYS) box?.focus()
      else if (box) boxes.current?.querySelector<HTMLElement>(`[aria-keyshortcuts="${key}"]`)?.click()
    }
    form?.addEventListener("keydown", press)
    return () => form?.removeEventListener("keydown", press)
  }, [])
  return boxes
}
