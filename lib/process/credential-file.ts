/** The text of a file as people make it: an editor ends it with line breaks, Windows begins it with a byte order mark. */

import { readSmallFile } from "../small-file"

/** What the first bytes say of the rest. */
const MARKS = [
  { bytes: [0xef, 0xbb, 0xbf], encoding: "utf-8" },
  { bytes: [0xff, 0xfe], encoding: "utf-16le" },
  { bytes: [0xfe, 0xff], encoding: "utf-16be" },
] as const

/** Line breaks around a value are never meant. */
export const withoutLineBreaks = (text: string): string => text.replace(/^[\r\n]+|[\r\n]+$/g, "")

/**
 * The one value that a file holds.
 * @throws {Error} that ends a sentence about the file, and never shows what is in it
 */
export function readCredential(file: string): string {
  const bytes = read(file)
  const mark = MARKS.find((it) => it.bytes.every((byte, at) => bytes[at] === byte))
  const text = withoutLineBreaks(decode(bytes, mark?.encoding ?? "utf-8"))
  if (text === "") throw new Error("is empty")
  return text
}

function read(file: string): Buffer {
  try {
    return readSmallFile(file)
  } catch (error) {
    throw new Error(`can't be read: ${error instanceof Error ? error.message : error}`, { cause: error })
  }
}

/** A mark is not part of the text. */
function decode(bytes: Buffer, encoding: (typeof MARKS)[number]["encoding"]): string {
  // Of UTF-16 without a mark, every other byte of what we need is 0.
  if (encoding === "utf-8" && bytes.includes(0)) throw new Error("is no text in UTF-8: save it as UTF-8")
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes)
  } catch (error) {
    throw new Error("is no text in UTF-8: save it as UTF-8", { cause: error })
  }
}
