/** Makes a voter of a person. Redis and Postgres know the voter alone, from which nobody can find the person. */

import { keyedText } from "@tallyroom/lib/ballots/keyed"

/** By what a person is known: a cookie, a key that the client chose, a code, or a network. */
export type Identity = { kind: "visitor" | "key" | "code" | "network"; value: string }

/**
 * The voter of an identity in one poll: 16 bytes of HMAC under the poll's own salt, as 22 characters of base64url.
 * The voters of two polls can't be matched, and without the salt nobody can test a guess.
 */
export function voterOf(salt: string, identity: Identity): string {
  return keyedText(salt, `voter ${identity.kind} ${identity.value}`, 16)
}

/** By what the inbox knows the owner of a vote again: 6 bytes, which say as little about the person. */
export function ownerOf(salt: string, identity: Identity): string {
  return keyedText(salt, `owner ${identity.kind} ${identity.value}`, 6)
}
