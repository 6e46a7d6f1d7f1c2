/** Where the ballots go: to Redis, or to a broker. */

import { z } from "zod"
import { address, setting } from "../settings"
import { INBOX_SCHEMES, inboxKind } from "./brokers"

export const inboxUrl = setting({
  schema: z.literal("").or(address(...INBOX_SCHEMES)),
  default: "",
  description:
    "What holds the ballots, with user and password: nats://…, amqp://…, or redis://…, which then holds the polls too. Without it that is REDIS_URL. Its kind is fixed for the life of the data by the first start.",
  secret: true,
})

/** The Redis with the polls: the inbox too, where INBOX_URL is one. */
export function redisUrlOf({ INBOX_URL, REDIS_URL }: { INBOX_URL: string; REDIS_URL: string }): string {
  return INBOX_URL !== "" && inboxKind(INBOX_URL) === "redis" ? INBOX_URL : REDIS_URL
}
