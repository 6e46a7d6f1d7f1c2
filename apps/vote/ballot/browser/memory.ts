/**
 * What the browser remembers, to show it and to send a ballot again. It decides nothing. If storage is full or forbidden,
 * nothing is remembered, and everything else works.
 */

import type { Choice } from "@tallyroom/lib/ballots/choice"
import type { OwnVote } from "../../casting/cast-ballot"
import type { BallotData } from "../view/ballot-data"

/**
 * `words` is the version of the wording that the voter read; `after` is the receipt of the vote that this browser knew then. The
 * choice is a part of it, as earlier versions wrote `option` there.
 */
export type Pending = Choice & { words: number; code: string; after: string | null }

const VOTER_KEY = "tallyroom.voter"
const PROBE_KEY = "tallyroom.probe"

type Area = "localStorage" | "sessionStorage"
type About = Pick<BallotData, "pollNumber"> & { poll: { id: string } }

/** The ballot that has no answer yet. It is kept as long as its tab. */
export const pending = kept<Pending>("sessionStorage", "pending")

/** The voter's own vote, as this browser was told last. */
export const remembered = kept<OwnVote>("localStorage", "standing")

/** What is filled in on a ballot that says more than one thing, and is not cast. It is kept as long as its tab. */
export const drafts = /* @__PURE__ */ kept<{ choice: Choice; words: number }>("sessionStorage", "draft")

/** What is remembered of each poll under this name. */
function kept<T>(area: Area, name: string) {
  const keyOf = ({ poll, pollNumber }: About) => `tallyroom.${name}.${poll.id}.${pollNumber}`
  return {
    read: (about: About) => read<T>(area, keyOf(about)),
    write: (about: About, value: T) => write(area, keyOf(about), value),
    forget: (about: About) => write(area, keyOf(about), null),
  }
}

/** Whether this browser keeps anything here; in a frame of another site it may not. */
export function canRemember(): boolean {
  try {
    window.localStorage.setItem(PROBE_KEY, "")
    window.localStorage.removeItem(PROBE_KEY)
    return true
  } catch {
    return false
  }
}

let ownKey: string | null = null

/** An id for a browser that takes no cookies, as in a frame of another site. The browser makes and keeps it. */
export function voterKey(): string {
  ownKey ??= read<string>("localStorage", VOTER_KEY) ?? newKey()
  return ownKey
}

function newKey(): string {
  const key = uuid()
  write("localStorage", VOTER_KEY, key)
  return key
}

/** A random UUID (RFC 9562, version 4); `crypto.randomUUID` is missing without HTTPS. */
function uuid(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5")
}

function read<T>(area: Area, key: string): T | null {
  try {
    return JSON.parse(window[area].getItem(key) ?? "null") as T | null
  } catch {
    return null
  }
}

function write(area: Area, key: string, value: unknown): void {
  try {
    if (value === null) window[area].removeItem(key)
    else window[area].setItem(key, JSON.stringify(value))
  } catch {
    // Full or forbidden.
  }
}
