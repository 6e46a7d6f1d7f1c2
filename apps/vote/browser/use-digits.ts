/** Voting by a digit key. */

import { useEffect } from "preact/hooks"

/** Keys 1 to 9; among more options, a 1 may be the beginning of 10. */
export const MOST_KEYS = 9

/**
 * Keys 1 to 9 press the option of that place while the focus is in the ballot (WCAG 2.2, 2.1.4), where it is from the
 * beginning unless the page is part of another.
 */
export function useDigits(form: { readonly current: HTMLFormElement | null }, embedded: boolean): void {
  useEffect(() => {
    const element = form.current
    if (!element) return
    const press = (event: KeyboardEvent) => {
      if (event.target instanceof HTMLInputElement || event.ctrlKey || event.altKey || event.metaKey) return
      const options = element.querySelectorAll<HTMLButtonElement>("button.option")
      if (options.length <= MOST_KEYS && /^[1-9]$/.test(event.key)) options[Number(event.key) - 1]?.click()
    }
    element.addEventListener("keydown", press)
    if (!embedded && document.activeElement === document.body) element.focus({ preventScroll: true })
    return () => element.removeEventListener("keydown", press)
  }, [embedded, form])
}
