/**
 * The answer to a browser's form, for the page to which the browser is redirected (post, redirect, get): nobody can go back
 * to a page that answers a POST itself. A cookie carries the answer, so that no address shows a choice, a code or a receipt.
 * It is encrypted and authenticated, so that only we can have written it. A browser that has sent us no cookie may keep none:
 * then the address carries the same, encrypted, and is valid for a short time and from the same network alone.
 */

import { createCipheriv, createDecipheriv, createHash, randomBytes } from "node:crypto"
import { keyedText } from "@tallyroom/lib/ballots/keyed"
import { cookieValues, setCookie } from "@tallyroom/lib/http/cookies"
import { LANGUAGE_COOKIE } from "@tallyroom/lib/ui/language"
import { VISITOR_COOKIE } from "../voter/visitor"
import type { OwnVote } from "./cast-ballot"

/** Why a form's vote was not taken, where its page itself says so. */
export type FormRefusal =
  | "codeNeeded"
  | "codeUnknown"
  | "codeUsed"
  | "tooManyAttempts"
  | "tooSoon"
  | "tooFew"
  | "tooMany"
  | "samePlace"
  | "saysBoth"
  | "refused"

/** A vote that stands, as a cookie has room for it: `said` is the text of its choice. */
type StandingAnswer = Pick<OwnVote, "status" | "receipt"> & { said: string }

/** `code` is the code as it was typed, and `draft` the text of what was filled in, where that is more than a press. */
export type FormAnswer =
  | { standing: StandingAnswer }
  | { refusal: FormRefusal; code: string; draft?: string | undefined }

/**
 * `byAddress`: only the address carried it. The browser keeps no cookies, or somebody passed the address on. `isNew`: the form was
 * answered a moment ago, so that this is the page to which the answer leads.
 */
export type ReadAnswer = { answer: FormAnswer; byAddress: boolean; isNew: boolean }

const ANSWER_COOKIE = "tallyroom_answer"
/** The parameter of the page's address that asks for the answer. */
export const ANSWER_PARAMETER = "answer"
/** The value of that parameter when the cookie carries the answer. */
export const BY_COOKIE = "1"

/** Long enough to copy a receipt, to look elsewhere and to come back. */
const COOKIE_S = 600
/** A browser that follows a redirect is there within this time, unless its link is slow; then the page asks the inbox as others do. */
const NEW_MS = 5_000
/** A browser follows a redirect at once; later, the address may have been shared. */
const ADDRESS_S = 120
const MOST_CHARACTERS = 1_000
const COOKIES = [ANSWER_COOKIE, VISITOR_COOKIE, LANGUAGE_COOKIE]

const ALGORITHM = "aes-256-gcm"
const NONCE_BYTES = 12
const TAG_BYTES = 16

type Sealed = { number: number; until: number; network?: string; answer: FormAnswer }

export class FormAnswers {
  private readonly keys: Buffer[]

  /** @param secrets those of the visitor cookies: the first seals, all open */
  constructor(private readonly secrets: string[]) {
    this.keys = secrets.map((secret) => createHash("sha256").update(`form answers ${secret}`).digest())
  }

  /** The Set-Cookie header that brings the answer of a poll to its page. */
  setCookie(poll: number, answer: FormAnswer, secure: boolean): string {
    const value = this.seal({ number: poll, until: Date.now() + COOKIE_S * 1_000, answer })
    return setCookie(ANSWER_COOKIE, value, { seconds: COOKIE_S, secure, sameSite: "Lax" })
  }

  /** The value of the address's parameter. @param cookies the Cookie header of the request with the form */
  inAddress(poll: number, answer: FormAnswer, cookies: string | null, network: () => string): string {
    if (keepsCookies(cookies)) return BY_COOKIE
    const until = Date.now() + ADDRESS_S * 1_000
    return this.seal({ number: poll, until, network: this.hidden(network()), answer })
  }

  /** The answer about this poll that cookie or address carry, if any. @param address the parameter; null without it */
  read(
    poll: number,
    cookies: string | null,
    address: string | null,
    network: () => string,
  ): ReadAnswer | null {
    if (address === null) return null
    const kept = this.open(cookieValues(cookies, ANSWER_COOKIE)[0] ?? "")
    if (kept?.number === poll && kept.network === undefined) return asRead(kept, COOKIE_S, false)
    const carried = this.open(address)
    if (carried?.number !== poll || carried.network !== this.hidden(network())) return null
    return asRead(carried, ADDRESS_S, true)
  }

  private hidden(network: string): string {
    return keyedText(this.secrets[0] ?? "", `form answer to ${network}`, 12)
  }

  private seal(sealed: Sealed): string {
    const [key] = this.keys
    if (!key) throw new Error("There must be a secret to seal answers with.")
    const nonce = randomBytes(NONCE_BYTES)
    const cipher = createCipheriv(ALGORITHM, key, nonce)
    const text = Buffer.concat([cipher.update(JSON.stringify(sealed)), cipher.final()])
    return Buffer.concat([nonce, cipher.getAuthTag(), text]).toString("base64url")
  }

  /** The content of a text that was sealed here and is still valid; null for any other text. */
  private open(text: string): Sealed | null {
    if (text.length <= BY_COOKIE.length || text.length > MOST_CHARACTERS) return null
    const bytes = Buffer.from(text, "base64url")
    for (const key of this.keys) {
      const json = decrypted(key, bytes)
      const sealed = json === null ? null : (JSON.parse(json) as Sealed)
      if (sealed) return sealed.until > Date.now() ? sealed : null
    }
    return null
  }
}

/** @param seconds for how long it was valid when it was sealed, which tells when that was */
function asRead({ answer, until }: Sealed, seconds: number, byAddress: boolean): ReadAnswer {
  const age = Date.now() - (until - seconds * 1_000)
  return { answer, byAddress, isNew: age < NEW_MS }
}

/** Whether a Cookie header shows that the browser keeps our cookies. */
export function keepsCookies(cookies: string | null): boolean {
  return COOKIES.some((name) => cookieValues(cookies, name).length > 0)
}

function decrypted(key: Buffer, bytes: Buffer): string | null {
  const head = NONCE_BYTES + TAG_BYTES
  if (bytes.length <= head) return null
  const cipher = createDecipheriv(ALGORITHM, key, bytes.subarray(0, NONCE_BYTES))
  cipher.setAuthTag(bytes.subarray(NONCE_BYTES, head))
  try {
    return Buffer.concat([cipher.update(bytes.subarray(head)), cipher.final()]).toString()
  } catch {
    return null
  }
}
