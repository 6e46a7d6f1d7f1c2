/** What routes say of themselves in the OpenAPI document of their app. */

import type { DocumentDecoration } from "elysia"
import { z } from "zod"
import { PROBLEMS, type ProblemKind } from "../errors"
import { SLUG } from "../polls/poll"
import { LANGUAGES } from "../ui/language"

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
export const RECEIPT_QUERY = queryOf("receipt", "A receipt of the poll, where only voters see its results.")

/** For pages: the language that a reader chooses. */
export const LANGUAGE_QUERY = queryOf(
  "lang",
  "The language of the page; else the cookie's, else the browser's.",
  [...LANGUAGES],
)
export const THEME_QUERY = queryOf(
  "theme",
  "The colours of the page; else those that the browser asks for.",
  ["light", "dark"],
)

/** An optional parameter of the query. @param values that it may have; any text where there are none */
export function queryOf(name: string, description: string, values: string[] = []) {
  const schema = values.length > 0 ? { ...text, enum: values } : text
  return { name, in: "query", description, schema } as const
}

/** Beside it the field of an answer by which the next part is asked for. */
export const OFFSET_QUERY = {
  name: "offset",
  in: "query",
  description: "How many polls of the list to leave out: `next` of the answer before.",
  schema: { type: "integer", minimum: 0, maximum: 999_999_999 },
} as const
export const nextSchema = z
  .int()
  .optional()
  .meta({ description: "The `offset` of the next part; absent where this is the last one." })

export const IF_NONE_MATCH = {
  name: "If-None-Match",
  in: "header",
  description: "The ETag of an earlier answer: 304 while it is still right.",
  schema: text,
} as const

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

/** A form whose fields are texts of at most these lengths. */
export function formBody(fields: Record<string, number>, required: string[] = []) {
  const properties = Object.entries(fields).map(
    ([name, maxLength]) => [name, { ...text, maxLength }] as const,
  )
  const schema = {
    type: "object" as const,
    properties: Object.fromEntries(properties),
    required,
    additionalProperties: false,
  }
  return { required: required.length > 0, content: { "application/x-www-form-urlencoded": { schema } } }
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

/**
 * The same where people come, too: a browser gets a page that says what is wrong, and a program that sent something and asks
 * for no type a line of text.
 */
export function problemPages(...kinds: ProblemKind[]): Responses {
  const pages = { "text/html": { schema: text }, "text/plain": { schema: text } }
  return Object.fromEntries(
    Object.entries(problemAnswers(...kinds)).map(([status, answer]) => {
      const { content = {} } = answer as { content?: Record<string, unknown> }
      return [status, { ...answer, content: { ...content, ...pages } }]
    }),
  ) as Responses
}

export function jsonSchema(schema: z.ZodType): Record<string, unknown> {
  const { $schema: _, ...document } = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" })
  return document
}
