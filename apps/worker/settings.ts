/** The worker's settings. */

import { contracts } from "@tallyroom/lib/contracts/contract"
import { inboxReplicas, replicasFaults } from "@tallyroom/lib/inbox/replicas"
import { retentionSchema } from "@tallyroom/lib/inbox/retention"
import { inboxSettings, inboxSettingsTogether } from "@tallyroom/lib/inbox/setting"
import { labelSchema, pollDefinitionSchema } from "@tallyroom/lib/polls/poll"
import { databaseListenUrl, databaseUrl } from "@tallyroom/lib/postgres/setting"
import { processSettings } from "@tallyroom/lib/process/process-settings"
import { integer, setting, type Together } from "@tallyroom/lib/process/settings"
import { tracingSettings } from "@tallyroom/lib/tracing/settings"
import { firstPoll } from "./database/first-start"

export const settings = {
  ...processSettings,
  ...inboxSettings,
  INBOX_REPLICAS: inboxReplicas,
  NATS_REPLICAS: setting({
    schema: integer(1, 5),
    default: "1",
    description: "Servers of a NATS cluster that keep each ballot; 3 or 5 lose nothing when one dies.",
  }),
  DATABASE_URL: databaseUrl("The Postgres that is the system of record; its role owns the schema."),
  DATABASE_LISTEN_URL: databaseListenUrl,
  INBOX_SHARDS: setting({
    schema: integer(1, 1024),
    default: "4",
    description: "Shards of the inbox. Fixed for the life of the data by the first start.",
  }),
  INBOX_RETENTION: setting({
    schema: retentionSchema,
    default: "off",
    description:
      "For how long, and in how much memory, Redis keeps ballots that were counted, so that a Postgres that comes back older counts them again: such as `2h,1GB`. The same for all workers. A broker keeps its ballots anyway.",
  }),
  FINAL_AFTER_SECONDS: setting({
    schema: integer(0, 3_600),
    default: "10",
    description:
      "For so long after closing a poll does not become final, and closing it can be undone. The same for all workers.",
  }),
  OPTION_A: setting({
    schema: labelSchema,
    default: "Cats",
    description: "Label of option a of the poll that a first start on an empty database creates.",
  }),
  OPTION_B: setting({
    schema: labelSchema,
    default: "Dogs",
    description: "Label of option b of the poll that a first start on an empty database creates.",
  }),
  CONTRACTS: contracts,
  POSTS_LIMIT: setting({
    schema: integer(1, 1_000_000),
    default: "10000",
    description:
      "Posts that votes may bring into being, with `posts` in CONTRACTS; deleting some makes room.",
  }),
  ...tracingSettings,
}

/** The first poll is held to what an admin is: otherwise nobody could change it afterwards. */
export const settingsTogether: Together<typeof settings> = (values) => {
  const { OPTION_A, OPTION_B } = values
  const { error } = pollDefinitionSchema.safeParse(firstPoll({ a: OPTION_A, b: OPTION_B }))
  const given = `OPTION_A=${JSON.stringify(OPTION_A)} and OPTION_B=${JSON.stringify(OPTION_B)}`
  const ofPoll = (error?.issues ?? []).map(
    ({ path, message }) => `${given} make no poll: its ${String(path.at(-1))} ${message}`,
  )
  return [...inboxSettingsTogether(values), ...replicasFaults(values), ...ofPoll]
}
