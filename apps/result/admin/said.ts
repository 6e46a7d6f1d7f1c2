/**
 * What the page after a form says, once. A cookie names one of our own sentences and at most a poll's id, so that no link
 * and no other site can put words into the control room.
 */

import { SLUG } from "@tallyroom/lib/polls/poll"
import type { Translator } from "@tallyroom/lib/ui/i18n"
import { cookieValues, setCookie } from "../access/cookies"
import type { AdminKey } from "./admin-messages"
import type { Notice } from "./views"

const COOKIE = "tallyroom_said"
/** A browser follows a redirect at once; a sentence that comes later surprises. */
const SECONDS = 30

const SENTENCES = [
  ...(["didOpen", "didSchedule", "didUnschedule", "didClose", "didResults", "didDefault"] as const),
  ...(["didPause", "didResume", "didUndo"] as const),
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
export type Said = (typeof SENTENCES)[number]

/** The Set-Cookie header that lets the next page say this of a poll. */
export function say(said: Said, poll: string, secure: boolean): string {
  return setCookie(COOKIE, `${said}.${poll}`, { path: "/admin", seconds: SECONDS, secure })
}

/** What was to be said, in the reader's words; null for nothing, and for what no form of ours leaves. */
export function saidIn(cookies: string | null, { t }: Translator<AdminKey>): Notice | null {
  const [name, id = ""] = (cookieValues(cookies, COOKIE)[0] ?? "").split(".", 2)
  const said = SENTENCES.find((sentence) => sentence === name)
  return said && SLUG.test(id) ? { kind: "good", text: t(said, { id }) } : null
}

/** The Set-Cookie header after it was said. */
export function forgetSaid(secure: boolean): string {
  return setCookie(COOKIE, "", { path: "/admin", seconds: 0, secure })
}
