/** The OpenAPI document at /openapi.json. The document alone: its usual page would load scripts from elsewhere. */

import { openapi } from "@elysiajs/openapi"
import { PROBLEMS, type ProblemKind } from "@tallyroom/lib/errors"
import { SLUG } from "@tallyroom/lib/polls/poll"
import type { DocumentDecoration } from "elysia"
import { z } from "zod"
import { problemSchema } from "./api-schemas"

export function openapiDocument() {
  return openapi({
    provider: null,
    specPath: "/openapi.json",
    documentation: {
      info: {
        title: "Tallyroom results",
        version: "1",
        description:
          "Tallies of polls, and their administration. WS /live?poll=<id> sends a snapshot at once and after every change. Errors are application/problem+json (RFC 9457).",
      },
      components: {
        securitySchemes: {
          adminToken: { type: "http", scheme: "bearer", description: "The setting ADMIN_TOKEN." },
        },
      },
    },
    // What looks like a file is hidden unless asked for, and so would be results.csv.
    exclude: { staticFile: false, paths: [/^\/$/, /^\/polls/, /^\/assets/, /^\/openapi/] },
  })
}

const text = { type: "string" } as const

type Responses = NonNullable<DocumentDecoration["responses"]>

/** A JSON body for a route's documentation. */
export function jsonBody(schema: z.ZodType) {
  return { required: true, content: { "application/json": { schema: jsonSchema(schema) } } }
}

/** A JSON answer for a route's documentation. */
export function jsonAnswer(description: string, schema: z.ZodType) {
  return { description, content: { "application/json": { schema: jsonSchema(schema) } } }
}

/** A CSV answer for a route's documentation. */
export function csvAnswer(description: string) {
  return { description, content: { "text/csv": { schema: text } } }
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

export const POLL_PARAMETER = {
  name: "poll",
  in: "path",
  required: true,
  schema: { ...text, pattern: SLUG.source },
} as const

/** For polls whose results are shown to voters alone. */
export const RECEIPT_QUERY = { name: "receipt", in: "query", schema: text } as const

function jsonSchema(schema: z.ZodType): Record<string, unknown> {
  const { $schema: _, ...document } = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" })
  return document
}
