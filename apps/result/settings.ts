/** The settings of the result app. */

import { contract } from "@tallyroom/lib/contracts/contract"
import { trustedProxies } from "@tallyroom/lib/http/address"
import { embedOrigins } from "@tallyroom/lib/http/embed-origins"
import { networkShare } from "@tallyroom/lib/http/network-share"
import { databaseListenUrl, databaseUrl } from "@tallyroom/lib/postgres/setting"
import { processSettings } from "@tallyroom/lib/process/process-settings"
import { commaSeparated, integer, port, setting, site } from "@tallyroom/lib/process/settings"
import { tracingSettings } from "@tallyroom/lib/tracing/settings"
import { z } from "zod"

export const settings = {
  ...processSettings,
  PORT: setting({
    schema: port,
    default: "8081",
    description: "Port of the result pages and the API. 0 chooses a free one.",
  }),
  HOST: setting({
    schema: z.string(),
    default: "0.0.0.0",
    description: "Address on which result listens; :: listens on IPv6 and IPv4.",
  }),
  DATABASE_URL: databaseUrl(
    "The Postgres with the polls and tallies. Result needs to read, and to write polls alone.",
  ),
  DATABASE_LISTEN_URL: databaseListenUrl,
  ADMIN_TOKEN: setting({
    schema: z.string().min(24, "must have at least 24 characters"),
    description: "What an admin shows as `Authorization: Bearer …`; at least 24 random characters.",
    secret: true,
  }),
  VOTE_URL: setting({
    schema: site(),
    default: "http://localhost:8080",
    description: "Where people vote: result pages and printed codes link there. Scheme, host and port alone.",
  }),
  PUBLIC_URL: setting({
    schema: z.literal("").or(site()),
    default: "",
    description:
      "Where people reach the result pages, when that differs from the host that result is asked by: scheme, host and port alone.",
  }),
  TRUSTED_PROXIES: setting({
    schema: commaSeparated().transform((networks, context) => trustedProxies(networks, context)),
    default: "",
    description:
      "Addresses of the proxies in front, whose X-Forwarded-For and -Proto count, or a network like 192.0.2.0/28 that holds nobody else, divided by commas.",
  }),
  EMBED_ORIGINS: embedOrigins,
  CONTRACT: contract,
  DELIVERIES_PER_SECOND: setting({
    schema: integer(1, 1_000_000),
    default: "30000",
    description: "Live messages a second that one process sends; a bigger crowd gets fewer snapshots each.",
  }),
  MAX_VIEWERS: setting({
    schema: integer(1, 1_000_000),
    default: "20000",
    description: "WebSockets that one process holds open; more viewers are sent elsewhere with 503.",
  }),
  NETWORK_SHARE: networkShare,
  ...tracingSettings,
}
