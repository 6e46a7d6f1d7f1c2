/** Forms, and what they sent: whoever filled one in can send it again when it could not be taken. */

import { readForm } from "@tallyroom/lib/http/body"

type Fields = Record<string, string | undefined>

const sent = new WeakMap<Request, Fields>()

/** Reads a form and keeps its fields for the page of a problem. @throws {Problem} as `readForm` */
export async function readKeptForm<Name extends string>(
  request: Request,
  limit: number,
  fields: Record<Name, number>,
): Promise<Partial<Record<Name, string>>> {
  const values = await readForm(request, limit, fields)
  sent.set(request, values)
  return values
}

/** The fields that the form of this request sent; null without one. */
export function keptForm(request: Request): Fields | null {
  return sent.get(request) ?? null
}
