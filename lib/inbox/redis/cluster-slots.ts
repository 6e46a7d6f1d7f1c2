/** Asks a node of a Redis Cluster which nodes serve which slots. */

import { Redis } from "ioredis"
import { z } from "zod"
import { within } from "../../within"
import type { RedisPlace } from "./client"

/** A node that does not answer by then may be the dead one: another is asked. */
const ASK_MS = 500
/** As for other connections. */
const DISCONNECT_MS = 20

export type ClusterNode = { host: string; port: number }
/** Slots that one master serves, with its replicas. */
export type SlotRange = { first: number; last: number; master: ClusterNode; replicas: ClusterNode[] }

/** Without a name that it knows of itself, a node names none. */
const nodeSchema = z.tuple([z.string().nullable(), z.int()], z.unknown())
/** https://redis.io/docs/latest/commands/cluster-slots/ */
const slotsSchema = z.array(z.tuple([z.int(), z.int(), nodeSchema], nodeSchema))

/**
 * Reads the map of slots over a connection of its own.
 * @param place the node that is asked, and how to come in
 * @throws when it can't be asked, or answers otherwise than a node of a cluster
 */
export async function readSlots(place: RedisPlace): Promise<SlotRange[]> {
  const redis = new Redis({
    ...place,
    ...{ lazyConnect: true, enableReadyCheck: false, disableClientInfo: true },
    ...{ retryStrategy: () => null, maxRetriesPerRequest: 0 },
    ...{ connectTimeout: ASK_MS, commandTimeout: ASK_MS, disconnectTimeout: DISCONNECT_MS },
  })
  // Whoever asks is told by the promise.
  redis.on("error", () => {})
  const ask = async () => {
    await redis.connect()
    return redis.cluster("SLOTS")
  }
  try {
    const answer = await within(ASK_MS, ask(), () => new Error("the node did not tell its slots"))
    return slotsSchema.parse(answer).map(([first, last, master, ...replicas]) => {
      const nodeOf = ([host, port]: z.infer<typeof nodeSchema>) => ({ host: hostOf(host, place), port })
      return { first, last, master: nodeOf(master), replicas: replicas.map(nodeOf) }
    })
  } finally {
    redis.disconnect()
  }
}

/** A node that knows no name of one is reached as the node that was asked. */
function hostOf(told: string | null, { host }: RedisPlace): string {
  return told === null || told === "" || told === "?" ? host : told
}
