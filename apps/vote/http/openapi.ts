/** The OpenAPI document at /openapi.json; each route brings its part. */

import { openapi } from "@elysiajs/openapi"
import type { AnyElysia } from "elysia"

/** The document alone: a page to browse it would load scripts from another host. */
export function openapiDocument(): AnyElysia {
  return openapi({
    provider: null,
    specPath: "/openapi.json",
    documentation: {
      info: { title: "Tallyroom vote", version: "1", description: "Where people vote." },
    },
  })
}
