/**
 * Leads a voter who has something to lose on to the next poll that the host shows. It waits for a ballot on its way; a voter
 * who is choosing or reading an answer gets time, and may stay. It is a script of its own, as it is rarely needed.
 */

import { translator } from "@tallyroom/lib/ui/i18n"
import type { Language } from "@tallyroom/lib/ui/language"
import { followingMessages } from "../following-messages"
import type { Stake } from "../view/casting"
import { leave } from "./leave"

const LOOK_MS = 250
/** Time to read the notice and to decide. */
const GRACE_MS = 10_000

type Voter = { language: Language; poll: string; stake: () => Stake; onStay: () => void }

/** @returns a function that stays on this poll, for when the host shows it again */
export function goOn({ language, poll, stake, onStay }: Voter): () => void {
  const { t } = translator(language, followingMessages[language])
  const says = document.createElement("p")
  const bar = document.createElement("aside")
  bar.className = "follow notice warn"
  bar.setAttribute("role", "status")
  const stay = () => {
    clearInterval(timer)
    bar.remove()
  }
  const go = () => {
    stay()
    leave(() => location.replace("/"))
  }
  const keep = () => {
    // From now on the page is this poll's own, also after a reload.
    history.replaceState(null, "", `/polls/${poll}`)
    stay()
    onStay()
  }
  const buttons = document.createElement("p")
  buttons.className = "buttons"
  buttons.append(button(t("go"), go), button(t("stay"), keep))
  bar.append(says, buttons)
  let since = performance.now()
  let shown = ""
  const look = () => {
    const now = stake()
    if (now === "sending") since = performance.now()
    if (now === "none" || (now === "busy" && performance.now() - since > GRACE_MS)) return go()
    const text = t(now === "sending" ? "sending" : "soon")
    // A translating browser may have changed the text of the element, so that it can't be compared.
    if (shown === text) return
    shown = text
    says.textContent = text
  }
  const timer = setInterval(look, LOOK_MS)
  document.body.prepend(bar)
  look()
  return stay
}

function button(text: string, act: () => void): HTMLButtonElement {
  const element = document.createElement("button")
  element.className = "button"
  element.type = "button"
  element.textContent = text
  element.addEventListener("click", act)
  return element
}
