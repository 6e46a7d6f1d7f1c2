/** A browser's translator, as Chrome's and Edge's works on a page: it goes on as long as the page is there. */

import type { Page } from "playwright-core"

/**
 * Puts two `<font>` and a text node of its own in the place of every text, now and whenever there is a new one; `kept`
 * are the elements that ask to be left alone. The words stay the same, so that tests find them.
 */
export async function translatePage(page: Page): Promise<void> {
  await page.evaluate(() => {
    const kept = "script, style, textarea, font, [translate=no], .notranslate"
    const translate = (root: Node) => {
      const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT)
      const texts: Text[] = []
      while (walker.nextNode()) texts.push(walker.currentNode as Text)
      for (const text of texts) {
        if (text.data.trim() === "" || text.parentElement?.closest(kept)) continue
        const [outer, inner] = [document.createElement("font"), document.createElement("font")]
        inner.textContent = text.data
        outer.append(inner)
        text.replaceWith(outer)
      }
    }
    translate(document.body)
    new MutationObserver((changes) => {
      for (const { target } of changes) {
        const element = target instanceof Text ? target.parentNode : target
        if (element?.isConnected) translate(element)
      }
    }).observe(document.body, { childList: true, characterData: true, subtree: true })
  })
  await page.locator("main font font").first().waitFor({ state: "attached" })
}
