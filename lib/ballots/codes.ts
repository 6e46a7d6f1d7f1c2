/** One-time codes: each is a serial number with an HMAC of it, so that a code is verified and never looked up. */

import { keyed, sameBytes } from "./keyed"

/** Crockford's base 32 (https://www.crockford.com/base32.html): no I, L, O or U to be misread. */
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
const SERIAL_CHARACTERS = 6
const TAG_CHARACTERS = 10

/** The most codes that one poll can have: the serial number has 30 bits. */
export const MAX_CODES = 32 ** SERIAL_CHARACTERS

/** The code with this serial (0 … MAX_CODES - 1): 16 characters in groups of four. A guess is right with probability 2^-50. */
export function writeCode(salt: string, serial: number): string {
  let digits = ""
  for (let rest = serial, i = 0; i < SERIAL_CHARACTERS; i++, rest = Math.floor(rest / 32)) {
    digits = ALPHABET.charAt(rest % 32) + digits
  }
  return (digits + tag(salt, digits)).replace(/(.{4})(?=.)/g, "$1-")
}

/** A code without what differs by typing: case, width, spaces, dashes, invisible characters, O for 0, I and L for 1. */
export function foldCode(typed: string): string {
  return typed
    .normalize("NFKC")
    .toUpperCase()
    .replace(/[\s\p{Pd}\p{Default_Ignorable_Code_Point}]/gu, "")
    .replaceAll("O", "0")
    .replace(/[IL]/g, "1")
}

/** The canonical form of a code of this poll, however it was typed, or null. */
export function readCode(salt: string, typed: string): string | null {
  if (typed.length > 64) return null
  const plain = foldCode(typed)
  if (!/^[0-9A-HJKMNP-TV-Z]{16}$/.test(plain)) return null
  const digits = plain.slice(0, SERIAL_CHARACTERS)
  const given = Buffer.from(plain.slice(SERIAL_CHARACTERS))
  return sameBytes(given, Buffer.from(tag(salt, digits))) ? plain : null
}

function tag(salt: string, digits: string): string {
  const bytes = keyed(salt, `code ${digits}`, TAG_CHARACTERS)
  return Array.from(bytes, (byte) => ALPHABET.charAt(byte & 31)).join("")
}
