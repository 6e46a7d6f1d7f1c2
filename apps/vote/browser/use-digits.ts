/** Voting by a digit key. */

import { useEffect } from "preact/hooks"

/** Keys 1 to 9 vote; among more options, where a 1 may be the beginning of 10, they only go to the option. */
export const MOST_KEYS = 9

/**
 * Keys 1 to 9 press the option of that place, or among more than nine move the focus there, while the focus is in the ballot (WCAG 2.2, 2.1.4), where it is from the
 * beginning unless the page is part of another.
 */
export function useDigits(form: { readonly current: HTMLFormElement | null }, embedded: boolean): void {
  useEffect(() => {
    const element = form.current
    if (!element) return
    const press = (event: KeyboardEvent) => {
      if (event.target instanceof HTMLInputElement || event.ctrlKey || event.altKey || event.metaKey) return
      const options = element.querySelectorAll<HTMLButtonElement>("button.option")
      const option = /^[1-9]$/.test(event.key) ? options[Number(event.key) - 1] : undefined
      if (options.length <= MOST_KEYS) option?.click()
      else option?.focus()
    }
    element.addEventListener("keydown", press)
    if (!embedded && document.activeElement === document.body) element.focus({ preventScroll: true })
    return () => element.removeEventListener("keydown", press)
  }, [embedded, form])
}
