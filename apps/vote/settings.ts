/** The settings of the vote app. */

import { contract } from "@tallyroom/lib/contracts/contract"
import { trustedProxies } from "@tallyroom/lib/http/address"
import { embedOrigins } from "@tallyroom/lib/http/embed-origins"
import { networkShare } from "@tallyroom/lib/http/network-share"
import { inboxReplicas, replicasFaults } from "@tallyroom/lib/inbox/replicas"
import { inboxSettings, inboxSettingsTogether } from "@tallyroom/lib/inbox/setting"
import { processSettings } from "@tallyroom/lib/process/process-settings"
import { commaSeparated, integer, port, setting, site, type Together } from "@tallyroom/lib/process/settings"
import { tracingSettings } from "@tallyroom/lib/tracing/settings"
import { z } from "zod"

/** Shorter ones could be guessed offline from one cookie. */
const MIN_SECRET_CHARACTERS = 32

export const settings = {
  ...processSettings,
  PORT: setting({
    schema: port,
    default: "8080",
    description: "Port on which people vote. 0 chooses a free one.",
  }),
  HOST: setting({
    schema: z.string(),
    default: "0.0.0.0",
    description: "Address on which people vote; :: listens on IPv6 and IPv4.",
  }),
  ...inboxSettings,
  INBOX_REPLICAS: inboxReplicas,
  VOTER_SECRETS: setting({
    schema: commaSeparated().pipe(
      z
        .array(
          z.string().min(MIN_SECRET_CHARACTERS, `needs at least ${MIN_SECRET_CHARACTERS} characters each`),
        )
        .min(1, "must name at least one secret"),
    ),
    description:
      "Secrets that sign the visitor cookies, divided by commas: the first signs, all are accepted. Each at least 32 characters.",
    secret: true,
  }),
  TRUSTED_PROXIES: setting({
    schema: commaSeparated().transform(trustedProxies),
    default: "",
    description:
      "Addresses of the proxies in front, whose X-Forwarded-For and -Proto count, or a network like 192.0.2.0/28 that holds nobody else, divided by commas.",
  }),
  BACKLOG_LIMIT: setting({
    schema: integer(1, 100_000_000),
    default: "100000",
    description: "Ballots that may wait to be counted, over all shards together; more are refused with 503.",
  }),
  // A question took 13 to 19 µs of CPU (docs/decisions/40-asking-by-the-crowd.md), so that these are at most a fifth of a core.
  ASKS_PER_SECOND: setting({
    schema: integer(1, 1_000_000),
    default: "10000",
    description:
      "Questions of open ballot pages that one process answers a second. A page asks once a second, and where there are more pages each asks less often, every 15 seconds at least.",
  }),
  CHANGE_AFTER_SECONDS: setting({
    schema: integer(0, 3_600),
    default: "1",
    description:
      "Seconds between two changes of one voter where a vote may be changed; an earlier change is refused with 429. 0 lets every change pass.",
  }),
  PUBLIC_URL: setting({
    schema: z.literal("").or(site()),
    default: "",
    description:
      "The address under which people reach this app, if a proxy in front changes the host: scheme, host and port alone.",
  }),
  RESULT_URL: setting({
    schema: site().transform((url) => url.replace(/\/+$/, "")),
    default: "http://localhost:8081",
    description: "The address of the result app, to which pages link: scheme, host and port alone.",
  }),
  EMBED_ORIGINS: embedOrigins,
  NETWORK_SHARE: networkShare,
  CONTRACT: contract,
  ...tracingSettings,
}

export const settingsTogether: Together<typeof settings> = (values) => [
  ...inboxSettingsTogether(values),
  ...replicasFaults(values),
]
