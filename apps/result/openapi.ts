/** The OpenAPI document at /openapi.json. The document alone: its usual page would load scripts from elsewhere. */

import { openapi } from "@elysiajs/openapi"
import { z } from "zod"

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
    exclude: { paths: [/^\/$/, /^\/polls/, /^\/assets/, /^\/openapi/] },
  })
}

/** A JSON body for a route's documentation. */
export function jsonBody(schema: z.ZodType) {
  const { $schema: _, ...document } = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" })
  return { required: true, content: { "application/json": { schema: document as object } } }
}
