/**
 * Puts text on the clipboard; where the browser forbids that (plain HTTP), what shows it is selected and copied.
 * @returns whether it is there now
 */
export async function copyText(text: string, shownIn: Element | null): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    if (!shownIn) return false
    getSelection()?.selectAllChildren(shownIn)
    return document.execCommand("copy")
  }
}
