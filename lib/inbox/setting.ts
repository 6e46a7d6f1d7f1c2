/** Where the ballots go: to Redis, or to a broker. */

import { z } from "zod"
import { address, setting } from "../process/settings"
import { INBOX_SCHEMES, inboxKind, serversIn } from "./brokers"

const addresses = z
  .string()
  .refine((text) => serversIn(text).every((url) => address(...INBOX_SCHEMES).safeParse(url).success), {
    error: `must be an address that begins with ${INBOX_SCHEMES.map((scheme) => `${scheme}://`).join(" or ")}; several servers of one NATS cluster are divided by commas`,
  })
  .refine((text) => new Set(serversIn(text).map((url) => new URL(url).protocol)).size === 1, {
    error: "must name servers of one kind",
    abort: true,
  })

export const inboxUrl = setting({
  schema: z.literal("").or(addresses),
  default: "",
  description:
    "What holds the ballots, with user and password: nats://… (of a cluster several, divided by commas), amqp://…, or redis://…, which then holds the polls too. Without it that is REDIS_URL. Its kind is fixed for the life of the data by the first start.",
  secret: true,
})

/** The Redis with the polls: the inbox too, where INBOX_URL is one. */
export function redisUrlOf({ INBOX_URL, REDIS_URL }: { INBOX_URL: string; REDIS_URL: string }): string {
  return INBOX_URL !== "" && inboxKind(INBOX_URL) === "redis" ? INBOX_URL : REDIS_URL
}
