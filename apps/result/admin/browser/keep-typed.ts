/** What was written into a page before its script ran stays in it. */

const TEXTS = ["text", "search", "password", "number"]

/** Somebody on a slow line writes before the script is there, and browsers bring back what was written on the way back. */
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
