/** Buttons that copy a link. They are not shown without scripts. */

import { copyText } from "@tallyroom/lib/ui/copy-text"

/** How long a button says that it has copied the link. */
const THANKS_MS = 2_500

/** Shows every `[data-copy]` button, which then copies that text, and says so with the text of `data-copied` or `data-failed`. */
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
