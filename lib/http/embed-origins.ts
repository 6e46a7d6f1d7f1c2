/** Which sites may show our /embed pages in a frame: one setting, which both apps that serve such pages have. */

import { commaSeparated, setting } from "../process/settings"

const SOURCE = /^https?:\/\/(\*\.)?[a-z0-9.[\]:-]+$/i

/** The sites, as sources for `frame-ancestors`. */
export const embedOrigins = setting({
  schema: commaSeparated()
    .refine((sites) => sites.every((site) => site === "*" || site === "none" || SOURCE.test(site)), {
      error: "must be *, none, or origins like https://team.example divided by commas",
    })
    .transform((sites) => (sites.length === 0 || sites.includes("none") ? "'none'" : sites.join(" "))),
  default: "*",
  description:
    "Sites that may show /embed pages in a frame, like https://team.example, divided by commas; * for all, none for none.",
})
