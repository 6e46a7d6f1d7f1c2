import type { DocumentHead } from "@tallyroom/lib/http/openapi-document"

/** What the OpenAPI document says of the app as a whole. */
export const openapiHead: DocumentHead = {
  info: {
    title: "Tallyroom results",
    version: "1",
    description:
      "Tallies of polls, and their administration. WS /live?poll=<id> sends a snapshot at once and after every change; with &after=<version>&number=<number> the first one is at least as new as what the client has; with &then=numbers who has a snapshot gets number, version, total, votes (in the order of its options) and, where a ballot may abstain, abstained until anything else changes. Errors are application/problem+json (RFC 9457), and pages for browsers. The forms of the control room (/admin) are for its own pages, and may change at any time: programs have the API.",
  },
  components: {
    securitySchemes: {
      adminToken: { type: "http", scheme: "bearer", description: "The setting ADMIN_TOKEN." },
    },
  },
}
