/** Reading request bodies: never more than a limit, and only what can be read in one way. */

import { Problem, shown } from "../errors"
import { doubledKey } from "./doubled-key"
import { requireContentType } from "./media-types"

/** Made once: a new one costs as much as reading a ballot with it. */
const UTF8 = new TextDecoder("utf-8", { fatal: true })

const FORM = "application/x-www-form-urlencoded"
const JSON_TYPE = "application/json"

/**
 * The body as text of at most `limit` bytes.
 * @throws {Problem} body-too-large, or request-malformed when it is not UTF-8
 */
export async function readBody(request: Request, limit: number): Promise<string> {
  const length = request.headers.get("content-length")
  const known = length !== null && !request.headers.has("transfer-encoding")
  if (known && Number(length) > limit) throw tooLarge(limit)
  const bytes = known ? await wholeBody(request) : await countedBody(request, limit)
  if (bytes.length > limit) throw tooLarge(limit)
  try {
    return UTF8.decode(bytes)
  } catch {
    throw new Problem("request-malformed", "The body is not valid UTF-8.")
  }
}

async function wholeBody(request: Request): Promise<Uint8Array> {
  try {
    return await request.bytes()
  } catch (cause) {
    throw endedEarly(cause)
  }
}

function endedEarly(cause: unknown): Problem {
  return new Problem("request-malformed", "The body ended before it was whole.", { cause })
}

async function countedBody(request: Request, limit: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let size = 0
  try {
    for await (const chunk of request.body ?? []) {
      size += chunk.length
      if (size > limit) throw tooLarge(limit)
      chunks.push(chunk)
    }
  } catch (cause) {
    throw cause instanceof Problem ? cause : endedEarly(cause)
  }
  return Buffer.concat(chunks)
}

function tooLarge(limit: number): Problem {
  return new Problem("body-too-large", `The body has more than ${limit} bytes, the most that is taken here.`)
}

/**
 * The fields of an HTML form.
 * @param fields the names that may occur, each with the most characters that its value may have
 * @throws {Problem} for a wrong content type, or a field that is unknown, doubled, too long or undecodable
 */
export async function readForm<Name extends string>(
  request: Request,
  limit: number,
  fields: Record<Name, number>,
): Promise<Partial<Record<Name, string>>> {
  const limitOf = (name: string) => (isField(name, fields) ? fields[name] : undefined)
  return singleValues((await readFormPairs(request, limit, limitOf)) as [Name, string][])
}

/**
 * The names and values of a form, in which a name may occur more than once.
 * @param limitOf the most characters that a field of this name may have; undefined where there is no such field
 * @throws {Problem} as `readForm`, except for a doubled field
 */
export async function readFormPairs(
  request: Request,
  limit: number,
  limitOf: (name: string) => number | undefined,
): Promise<[string, string][]> {
  requireContentType(request, FORM)
  const pairs: [string, string][] = []
  for (const pair of (await readBody(request, limit)).trim().split("&")) {
    if (pair === "") continue
    const equals = pair.indexOf("=")
    const name = decode(equals === -1 ? pair : pair.slice(0, equals))
    const most = limitOf(name)
    if (most === undefined) throw malformed(`There is no field ${shown(name)} here`)
    const value = equals === -1 ? "" : decode(pair.slice(equals + 1))
    if (value.length > most) throw malformed(`The field ${shown(name)} has more than ${most} characters`)
    pairs.push([name, value])
  }
  return pairs
}

/** The value of each name. @throws {Problem} when one is given twice */
export function singleValues<Name extends string>(
  pairs: readonly (readonly [Name, string])[],
): Partial<Record<Name, string>> {
  const values: Partial<Record<Name, string>> = {}
  for (const [name, value] of pairs) {
    if (values[name] !== undefined) throw malformed(`The field ${shown(name)} is given twice`)
    values[name] = value
  }
  return values
}

function isField<Name extends string>(name: string, fields: Record<Name, number>): name is Name {
  return Object.hasOwn(fields, name)
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", " "))
  } catch {
    throw malformed(`The form holds ${shown(text)}, which can't be decoded`)
  }
}

/**
 * The JSON value of the body.
 * @throws {Problem} for a wrong content type, malformed JSON, or a key that an object holds twice
 */
export async function readJson(request: Request, limit: number): Promise<unknown> {
  requireContentType(request, JSON_TYPE)
  const text = await readBody(request, limit)
  const value = parseJson(text)
  const doubled = doubledKey(text)
  if (doubled !== null) throw malformed(`The key ${shown(doubled)} is given twice`)
  return value
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw malformed("The body is not valid JSON")
  }
}

function malformed(what: string): Problem {
  return new Problem("request-malformed", `${what}: correct the request.`)
}
