/** Answers of HTTP/1.1 as they arrive in pieces on a connection that is kept. */

export type HttpAnswer = { status: string; head: string; body: string }

const HEAD_END = "\r\n\r\n"

/** @param text what has arrived so far, in latin1 @returns null until all of the answer is there */
export function completeAnswer(text: string): HttpAnswer | null {
  const end = text.indexOf(HEAD_END)
  if (end < 0) return null
  const head = text.slice(0, end)
  const length = /\r\ncontent-length: (\d+)/i.exec(head)?.[1]
  if (length === undefined) throw new Error(`an answer does not tell its length:\n${head}`)
  const from = end + HEAD_END.length
  if (text.length < from + Number(length)) return null
  return { status: text.slice(9, 12), head, body: text.slice(from) }
}
