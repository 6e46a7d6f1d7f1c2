/** Voting by the keyboard alone. */

import { useEffect, useRef } from "preact/hooks"

/** With more options than this, keys only move the focus, as a 1 may be the beginning of 10. */
export const MOST_KEYS = 9

/**
 * Keys 1 to 9 press the option of that number, or move the focus to that place if there are more than nine. They work while the focus
 * is in the ballot (WCAG 2.2, 2.1.4), where it is from the beginning, except in a frame.
 * @returns whether the last press came from a key or a screen reader, and not from a pointer
 */
export function useKeys(
  form: { readonly current: HTMLFormElement | null },
  embedded: boolean,
): { readonly current: boolean } {
  const byKey = useRef(false)
  useEffect(() => {
    const element = form.current
    if (!element) return
    const press = (event: KeyboardEvent) => {
      // Holding Enter down is one press: it must not choose and then confirm.
      if (event.repeat && event.key === "Enter") event.preventDefault()
      if (event.target instanceof HTMLInputElement || event.ctrlKey || event.altKey || event.metaKey) return
      const options = element.querySelectorAll<HTMLButtonElement>("button.option")
      const option = options[Number(event.key) - 1]
      if (options.length > MOST_KEYS) option?.focus()
      // Where each voter has an own order, the option with this number may stand in another place.
      else if (option) element.querySelector<HTMLElement>(`[aria-keyshortcuts="${event.key}"]`)?.click()
    }
    const click = ({ detail }: MouseEvent) => {
      byKey.current = detail === 0
    }
    element.addEventListener("keydown", press)
    element.addEventListener("click", click)
    if (!embedded && document.activeElement === document.body) element.focus({ preventScroll: true })
    return () => {
      element.removeEventListener("keydown", press)
      element.removeEventListener("click", click)
    }
  }, [embedded, form])
  return byKey
}
