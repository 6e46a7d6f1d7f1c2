/** Where sentinels are, how to come in there, and what they say of a master. */

import type { TlsFiles } from "../../tls-files"
import type { StoreAddress, StoreServer } from "../store-address"

const DEFAULT_PORT = 26_379

export type SentinelPlace = {
  servers: readonly StoreServer[]
  /** How the sentinels call the master and its replicas. */
  name: string
  user: string
  password: string
  family?: number
  /** Undefined where they speak without TLS. */
  tls?: TlsFiles
}

/** A master as one sentinel names it. */
export type NamedMaster = {
  host: string
  port: number
  /** Grows with each failover. */
  epoch: number
  /**
   * Whether that sentinel is putting another in its place. Until that is done it names this one, whose other replicas may still confirm
   * votes, although one of them is the master already.
   */
  isBeingReplaced: boolean
  /** Whether it got no answer from it for too long. */
  isDown: boolean
  /** How many sentinels it knows, itself included. */
  sentinels: number
}

/** What an address says of its sentinels; null where it names none. */
export function sentinelsIn(
  { scheme, servers, parameters }: StoreAddress,
  files: TlsFiles,
): SentinelPlace | null {
  const name = parameters.get("sentinel")
  if (name === undefined || name === null) return null
  return {
    ...{ servers, name },
    user: parameters.get("sentinel_user") ?? "",
    password: parameters.get("sentinel_password") ?? "",
    ...(parameters.has("family") && { family: Number(parameters.get("family")) }),
    ...(scheme === "rediss" && { tls: files }),
  }
}

/** The same of an address that did name some. */
export function placeIn(address: StoreAddress, files: TlsFiles): SentinelPlace {
  const place = sentinelsIn(address, files)
  if (place === null) throw new Error("the address names no sentinels any more")
  return place
}

/** What ioredis is told of a sentinel, in such a way that a later place takes the place of all of it. */
export function sentinelOptions({ host, port }: StoreServer, place: SentinelPlace) {
  return {
    ...{ host, port: Number(port) || DEFAULT_PORT },
    ...{ username: place.user, password: place.password },
    ...(place.family !== undefined && { family: place.family }),
    ...(place.tls && { tls: place.tls }),
    ...{ enableReadyCheck: false, disableClientInfo: true, maxRetriesPerRequest: 0 },
  }
}

/** How a sentinel is called in what is said of it. */
export const sentinelName = ({ host, port }: StoreServer): string => `${host}:${port || DEFAULT_PORT}`

/** @param reply of SENTINEL MASTER: names and values in turn */
export function readMaster(reply: unknown): NamedMaster {
  const fields = new Map<string, string>()
  const parts = Array.isArray(reply) ? reply.map(String) : []
  for (let i = 0; i + 1 < parts.length; i += 2) fields.set(parts[i] ?? "", parts[i + 1] ?? "")
  const [host = "", port, epoch] = [
    fields.get("ip"),
    Number(fields.get("port")),
    Number(fields.get("config-epoch")),
  ]
  if (host === "" || !(port > 0) || !(epoch >= 0)) throw new Error("it names no master")
  const flags = (fields.get("flags") ?? "").split(",")
  return {
    ...{ host, port, epoch },
    isBeingReplaced: flags.includes("failover_in_progress"),
    isDown: flags.includes("s_down") || flags.includes("o_down"),
    sentinels: Number(fields.get("num-other-sentinels") ?? 0) + 1,
  }
}
