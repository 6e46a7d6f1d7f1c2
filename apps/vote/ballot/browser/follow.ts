/**
 * Leads a voter who has something to lose from one poll to the next that the host shows: a ballot on its way is waited for,
 * and who is choosing, or reads an answer, has time, and may stay. A script of its own, as it is rarely needed.
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

/** @returns stays, as when the host shows this poll again */
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
    // From here on, and when it is loaded again, the page is this poll's own.
    history.replaceState(null, "", `/polls/${poll}`)
    stay()
    onStay()
  }
  const buttons = document.createElement("p")
  buttons.className = "buttons"
  buttons.append(button(t("go"), go), button(t("stay"), keep))
  bar.append(says, buttons)
  let since = Date.now()
  let said = ""
  const look = () => {
    const now = stake()
    if (now === "sending") since = Date.now()
    if (now === "none" || (now === "busy" && Date.now() - since > GRACE_MS)) return go()
    const text = t(now === "sending" ? "sending" : "soon")
    // What a translator made of it is not for us to compare.
    if (said === text) return
    said = text
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
