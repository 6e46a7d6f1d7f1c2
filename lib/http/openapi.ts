/** What routes say of themselves in the OpenAPI document of their app. */

import type { DocumentDecoration } from "elysia"
import { z } from "zod"
import { PROBLEMS, type ProblemKind } from "../errors"
import { SLUG } from "../polls/poll"

type Responses = NonNullable<DocumentDecoration["responses"]>

const text = { type: "string" } as const

const problemSchema = z.looseObject({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
})

export const POLL_PARAMETER = {
  name: "poll",
  in: "path",
  required: true,
  schema: { ...text, pattern: SLUG.source },
} as const

/** For polls whose results are shown to voters alone. */
export const RECEIPT_QUERY = { name: "receipt", in: "query", schema: text } as const

/**
 * For clients that may get their next answer from another replica.
 * @param name of the parameter @param version the part of an answer that it takes
 */
export function afterQuery(name: string, version: string) {
  const description = `The \`${version}\` of the answer that the client has: this one is at least as new, or 503 with Retry-After when there is none within a second.`
  return [
    { name, in: "query", description, schema: { type: "integer", minimum: 0 } },
    {
      name: "number",
      in: "query",
      description: `Beside \`${name}\` the number of the poll, so that a later poll under the same id counts as newer.`,
      schema: { type: "integer", minimum: 1 },
    },
  ] as const
}

export function jsonBody(schema: z.ZodType) {
  return { required: true, content: { "application/json": { schema: jsonSchema(schema) } } }
}

export function jsonAnswer(description: string, schema: z.ZodType) {
  return { description, content: { "application/json": { schema: jsonSchema(schema) } } }
}

/** An answer that is text of this type, such as text/csv. */
export function textAnswer(description: string, type: string) {
  return { description, content: { [type]: { schema: text } } }
}

/** The answers of these problems, by status; several kinds may share one. */
export function problemAnswers(...kinds: ProblemKind[]): Responses {
  const schema = jsonSchema(problemSchema)
  return Object.fromEntries(
    [...Map.groupBy(kinds, (kind) => PROBLEMS[kind].status)].map(([status, same]) => {
      const description = same.map((kind) => `${kind}: ${PROBLEMS[kind].title}.`).join(" ")
      return [status, { description, content: { "application/problem+json": { schema } } }]
    }),
  )
}

export function jsonSchema(schema: z.ZodType): Record<string, unknown> {
  const { $schema: _, ...document } = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" })
  return document
}
