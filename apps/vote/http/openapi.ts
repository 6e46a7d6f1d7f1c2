import type { DocumentHead } from "@tallyroom/lib/http/openapi-document"

/** What the OpenAPI document says of the app as a whole. */
export const openapiHead: DocumentHead = {
  info: {
    title: "Tallyroom vote",
    version: "1",
    description: "Where people vote. Errors are application/problem+json (RFC 9457), and pages for browsers.",
  },
}
