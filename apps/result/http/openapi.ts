/** The OpenAPI document at /openapi.json. The page that usually comes with it is left out, as it would load scripts from elsewhere. */

import { openapi } from "@elysiajs/openapi"

export function openapiDocument() {
  return openapi({
    provider: null,
    specPath: "/openapi.json",
    documentation: {
      info: {
        title: "Tallyroom results",
        version: "1",
        description:
          "Tallies of polls, and their administration. WS /live?poll=<id> sends a snapshot at once and after every change; with &after=<version>&number=<number> the first one is at least as new as what the client has; with &then=numbers who has a snapshot gets number, version, total and votes (in the order of its options) until anything else changes. Errors are application/problem+json (RFC 9457).",
      },
      components: {
        securitySchemes: {
          adminToken: { type: "http", scheme: "bearer", description: "The setting ADMIN_TOKEN." },
        },
      },
    },
    // By default the plugin leaves out paths that look like files, such as results.csv.
    exclude: { staticFile: false, paths: [/^\/$/, /^\/polls/, /^\/assets/, /^\/openapi/] },
  })
}
