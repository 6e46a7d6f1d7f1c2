/**
 * Puts text on the clipboard. Where the browser forbids that (plain HTTP), the element that shows the text is selected and copied.
 * @param shownIn null when the page does not show the text
 * @returns whether the text was copied
 */
export async function copyText(text: string, shownIn: Element | null): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return shownIn ? copySelected(shownIn) : copyHidden(text)
  }
}

function copySelected(shownIn: Element): boolean {
  if (shownIn instanceof HTMLInputElement) shownIn.select()
  else getSelection()?.selectAllChildren(shownIn)
  return document.execCommand("copy")
}

function copyHidden(text: string): boolean {
  const element = document.createElement("span")
  element.className = "visually-hidden"
  element.textContent = text
  document.body.append(element)
  const done = copySelected(element)
  element.remove()
  return done
}
