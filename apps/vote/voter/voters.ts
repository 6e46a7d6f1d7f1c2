/** From a person to a voter: what Redis and Postgres see, and from which nobody is found again. */

import { keyedText } from "@tallyroom/lib/ballots/keyed"

/** How a person shows up: by cookie, by a key that its client chose, by a code, by a network. */
export type Identity = { kind: "visitor" | "key" | "code" | "network"; value: string }

/**
 * The voter of an identity in one poll: 16 bytes of HMAC under the poll's own salt, as 22 characters of base64url.
 * Two polls can't be joined by it, and nobody without the salt can test a guess.
 */
export function voterOf(salt: string, identity: Identity): string {
  return keyedText(salt, `voter ${identity.kind} ${identity.value}`, 16)
}
