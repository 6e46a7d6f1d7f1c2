/**
 * A flash message: what the page after a form says, once. A cookie names one of our own messages and at most the id of a
 * poll, so that no link and no other site can make the control room say anything else.
 */

import { cookieValues, forgetCookie, setCookie } from "@tallyroom/lib/http/cookies"
import { SLUG } from "@tallyroom/lib/polls/poll"
import type { AdminKey } from "./admin-messages"
import type { AdminText } from "./admin-text"
import type { Notice } from "./views"

const COOKIE = "tallyroom_said"
/** A browser follows a redirect at once; a message that comes much later would only surprise. */
const SECONDS = 30

const FLASH_MESSAGES = [
  ...(["didOpen", "didSchedule", "didUnschedule", "didClose", "didResults", "didDefault"] as const),
  ...(["didPause", "didResume", "didUndo", "isClosing", "isPausing"] as const),
  ...([
    "didArchive",
    "didUnarchive",
    "didSave",
    "didCreate",
    "didDuplicate",
    "didDelete",
    "didMove",
  ] as const),
] as const satisfies AdminKey[]
export type FlashMessage = (typeof FLASH_MESSAGES)[number]

/** The Set-Cookie header that makes the next page show this message about a poll. */
export function setFlashMessage(message: FlashMessage, poll: string, secure: boolean): string {
  return setCookie(COOKIE, `${message}.${poll}`, { seconds: SECONDS, secure, sameSite: "Strict" })
}

/** The flash message of a request, in the reader's language; null where there is none, or one that no form of ours leaves. */
export function flashMessageIn(cookies: string | null, { t }: AdminText): Notice | null {
  const [name, id = ""] = (cookieValues(cookies, COOKIE)[0] ?? "").split(".", 2)
  const message = FLASH_MESSAGES.find((known) => known === name)
  return message && SLUG.test(id) ? { kind: "good", text: t(message, { id }) } : null
}

/** The Set-Cookie headers that remove the message once it was shown. */
export function clearFlashMessage(secure: boolean): string[] {
  return forgetCookie(COOKIE, { secure, sameSite: "Strict" })
}
