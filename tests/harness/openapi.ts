/** Whether an app's OpenAPI document is valid, and whether it names each parameter that a route reads. */

import { spyOn } from "bun:test"
import { Validator } from "@seriousme/openapi-schema-validator"
import { z } from "zod"

type Parameter = { name: string; in: string; schema: { enum?: string[] } }
type Content = Record<string, { schema: Parameters<typeof z.fromJSONSchema>[0] }>
type Operation = {
  operationId?: string
  parameters?: Parameter[]
  requestBody?: { content: Content }
  responses?: Record<string, { description: string; content?: Content }>
}
export type OpenapiDocument = { openapi: string; paths: Record<string, Record<string, Operation>> }

type Named = { method: string; path: string; operation: Operation }

function operationsOf({ paths }: OpenapiDocument): Named[] {
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path,
      operation,
    })),
  )
}

/** What is wrong with the document: as a whole, with the names of its operations, and with each schema in it. */
export async function faultsIn(document: OpenapiDocument): Promise<string[]> {
  const { valid, errors } = await new Validator().validate(structuredClone(document))
  const operations = operationsOf(document)
  const ids = operations.map(({ operation }) => operation.operationId)
  const twice = ids.filter((id, i) => ids.indexOf(id) !== i)
  const contents = operations.flatMap(({ operation: { requestBody, responses = {} } }) =>
    [requestBody, ...Object.values(responses)].flatMap((it) => Object.values(it?.content ?? {})),
  )
  const unreadable = contents.flatMap(({ schema }) => {
    try {
      z.fromJSONSchema(schema)
      return []
    } catch (error) {
      return [`${error}: ${JSON.stringify(schema).slice(0, 200)}`]
    }
  })
  return [...(valid ? [] : [JSON.stringify(errors)]), ...twice.map((id) => `two ${id}`), ...unreadable]
}

/** Headers of HTTP itself, of browsers and of proxies, of which a document says nothing; and those of our answers. */
const OF_HTTP =
  /^(accept.*|authorization|content-.*|cookie|host|origin|referer|sec-.*|purpose|x-(purpose|moz|forwarded-.*)|transfer-encoding|set-cookie|cross-origin-.*|vary|x-content-type-options|referrer-policy)$/

/**
 * Asks each operation and listens to what is read of its query and its headers.
 * @param ask sends a request to the app, which runs in this process
 * @returns what an operation reads and its part of the document does not name
 */
export async function undocumentedIn(
  document: OpenapiDocument,
  poll: string,
  ask: (method: string, address: string) => Promise<Response>,
): Promise<string[]> {
  const read = new Set<string>()
  const note = (where: "query" | "header") => (name: string) => read.add(`${where} ${name.toLowerCase()}`)
  const watched = [
    ...listen(URLSearchParams.prototype, ["get", "getAll", "has"], note("query")),
    ...listen(Headers.prototype, ["get", "has"], note("header")),
  ]
  try {
    const missing: string[] = []
    for (const { method, path, operation } of operationsOf(document)) {
      const parameters = operation.parameters ?? []
      const query = new URLSearchParams(
        parameters
          .filter((it) => it.in === "query")
          .map((it) => [it.name, it.schema.enum?.at(-1) ?? (/^after|number/.test(it.name) ? "1" : "x")]),
      )
      query.set("lang", "de")
      const address = `${path.replace("{poll}", poll).replace(/\{\w+\}/g, "x")}?${query}`
      read.clear()
      await (await ask(method, address)).arrayBuffer()
      const named = new Set(parameters.map((it) => `${it.in} ${it.name.toLowerCase()}`))
      const unnamed = [...read].filter((it) => !named.has(it) && !OF_HTTP.test(it.replace("header ", "")))
      missing.push(...unnamed.map((it) => `${method} ${path}: ${it}`))
    }
    return missing
  } finally {
    for (const { mockRestore } of watched) mockRestore()
  }
}

function listen<Name extends string>(
  place: Record<Name, (name: string) => unknown>,
  names: Name[],
  hear: (name: string) => void,
) {
  return names.map((name) => {
    const original = place[name]
    const spy = spyOn(place, name as never) as unknown as {
      mockImplementation: (made: (this: unknown, asked: string) => unknown) => void
      mockRestore: () => void
    }
    spy.mockImplementation(function (this: unknown, asked: string) {
      hear(asked)
      return original.call(this, asked)
    })
    return { mockRestore: () => spy.mockRestore() }
  })
}
