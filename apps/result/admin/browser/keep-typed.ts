/** Keeps what was typed into a page before its script ran. */

const TEXTS = ["text", "search", "password", "number"]

/**
 * Runs `takeOver`, and types again what was in the fields. On a slow line people type before the script runs, and browsers
 * restore what was typed when a reader comes back to the page.
 */
export function keepTyped(takeOver: () => void): void {
  const fields = [...document.querySelectorAll<HTMLInputElement>("main input")]
  const typed = fields.flatMap((field) =>
    TEXTS.includes(field.type) && field.value !== field.defaultValue ? [{ field, value: field.value }] : [],
  )
  takeOver()
  for (const { field, value } of typed) {
    field.value = value
    field.dispatchEvent(new Event("input", { bubbles: true }))
  }
}
