/** Buttons that copy a link; without scripts they are not shown. */

import { copyText } from "@tallyroom/lib/ui/copy-text"

/** How long a button says that it has done its work. */
const THANKS_MS = 2_500

/** Shows every `[data-copy]` button, and lets it copy that text and say so by its `data-copied` or `data-failed`. */
export function offerCopying(): void {
  for (const button of document.querySelectorAll<HTMLButtonElement>("button[data-copy]")) {
    const offer = button.textContent
    button.hidden = false
    button.addEventListener("click", async () => {
      const done = await copyText(button.dataset.copy ?? "", null)
      button.textContent = (done ? button.dataset.copied : button.dataset.failed) ?? ""
      setTimeout(() => {
        button.textContent = offer
      }, THANKS_MS)
    })
  }
}
