/** Where Redis or a broker is and how to come in, read from an address as the consoles of providers show it. */

import { decoded, placeholderFault } from "../pasted-address"
import { unknownParameters } from "../unknown-parameters"

export type StoreServer = {
  host: string
  /** Empty where none is named. */
  port: string
}

/** Host and port are those of the server that is named first. */
export type StoreAddress = StoreServer & {
  /** Such as rediss. */
  scheme: string
  /** Every server that is named, in this order; there is at least one. */
  servers: readonly StoreServer[]
  user: string
  password: string
  /** What follows the first / of the path. */
  path: string
  parameters: ReadonlyMap<string, string>
}

/** What an address of one kind may have. */
export type AddressRules = {
  schemes: readonly string[]
  parameters: readonly string[]
  /** Whether the path names a database by its number; it means nothing otherwise, or a name. */
  hasNumber?: boolean
  /** Whether it may name several servers behind one user and password. */
  namesSeveral?: boolean
  /** What else may be wrong with it, as `addressFault` says it. */
  ownFault?: (address: StoreAddress) => string | null
}

export const REDIS_RULES: AddressRules = {
  schemes: ["redis", "rediss"],
  parameters: ["family", "cluster", "sentinel", "sentinel_user", "sentinel_password"],
  hasNumber: true,
  namesSeveral: true,
  ownFault: (address) => sentinelFault(address) ?? clusterFault(address),
}

const ESCAPES = "in user and password write / as %2F, ? as %3F, # as %23 and @ as %40"
const UNREADABLE = `has parameters that can't be read; ${ESCAPES}`
/** `new URL` takes none of these. */
const LONE_PERCENT = /%(?![0-9a-f]{2})/gi

/** The servers stand behind the last @, and before what follows them. */
const PARTS = /^(\w+:\/\/(?:[^/?#]*@)?)([^/?#@]*)(.*)$/s

/** What stands before the servers, these, and what follows them; of what has no such form the whole is what stands before. */
function partsOf(text: string): { before: string; servers: string[]; after: string } {
  const plain = text.trim().replace(LONE_PERCENT, "%25")
  const [, before = plain, servers = "", after = ""] = PARTS.exec(plain) ?? []
  return { before, servers: servers.split(",").map((server) => server.trim()), after }
}

/** The address with its first server alone, and the others as addresses that name nothing else. */
function addressesIn(text: string): [string, ...string[]] {
  const { before, servers, after } = partsOf(text)
  const [first = "", ...others] = servers
  const scheme = before.slice(0, before.indexOf("//") + 2)
  return [`${before}${first}${after}`, ...others.map((server) => `${scheme}${server}`)]
}

/** @throws for what is no address at all */
export function readStoreAddress(text: string): StoreAddress {
  const [whole, ...others] = addressesIn(text)
  const url = new URL(whole)
  const first = serverOf(url)
  return {
    scheme: url.protocol.slice(0, -1),
    ...first,
    servers: [first, ...others.map((address) => serverOf(new URL(address)))],
    user: decoded(url.username),
    password: decoded(url.password),
    path: decoded(url.pathname.slice(1)),
    parameters: url.searchParams as unknown as ReadonlyMap<string, string>,
  }
}

function serverOf({ hostname, port }: URL): StoreServer {
  return { host: hostname.replace(/^\[|\]$/g, "") || "localhost", port }
}

/** Whether the servers that a Redis address names are nodes of a Redis Cluster. */
export function namesCluster({ servers, parameters }: StoreAddress): boolean {
  if (parameters.has("sentinel")) return false
  return servers.length > 1 || (parameters.has("cluster") && parameters.get("cluster") !== "false")
}

function clusterFault(address: StoreAddress): string | null {
  const { servers, parameters, path } = address
  const asked = parameters.has("cluster") ? parameters.get("cluster") : undefined
  if (asked !== undefined && asked !== "true" && asked !== "false")
    return "must say cluster=true or cluster=false, or neither"
  if (asked === "false" && servers.length > 1)
    return "names several servers, which must be nodes of a Redis Cluster, and says cluster=false: name one server, or leave cluster=false out"
  if (namesCluster(address) && Number.parseInt(path, 10) > 0)
    return "names a database by its number, and a Redis Cluster has none but 0: leave the number out"
  return null
}

/** Sentinels take no other name for a master. */
const MASTER_NAME = /^[\w.-]+$/

function sentinelFault({ parameters }: StoreAddress): string | null {
  const said = (name: string) => (parameters.has(name) ? (parameters.get(name) ?? "") : null)
  const name = said("sentinel")
  const [user, password] = [said("sentinel_user"), said("sentinel_password")]
  if (name === null)
    return user === null && password === null
      ? null
      : "says how to come into sentinels, and names no master of theirs: add sentinel=mymaster"
  if (!MASTER_NAME.test(name))
    return "must name the master as its sentinels do, in letters, digits, dots, - and _: sentinel=mymaster"
  if (user !== null && password === null) return "has a sentinel_user and no sentinel_password"
  return parameters.has("cluster") ? "is of sentinels or of a cluster, and not of both" : null
}

/** The servers that an address of a NATS cluster names. */
export function serversIn(url: string): string[] {
  return url.split(",").map((server) => server.trim())
}

/** What is wrong with an address, after the name of its setting and never with anything of its password; null if nothing is. */
export function addressFault(text: string, rules: AddressRules): string | null {
  const { schemes, parameters, hasNumber, ownFault } = rules
  const begins = schemes.some((scheme) => text.trim().startsWith(`${scheme}://`))
  const must = `must be an address that begins with ${schemes.map((scheme) => `${scheme}://`).join(" or ")}`
  if (!begins) return must
  const placeholder = placeholderFault(text)
  if (placeholder !== null) return placeholder
  const listFault = serversFault(text, rules)
  if (listFault !== null) return listFault
  if (!addressesIn(text).every((address) => URL.canParse(address))) return `${must}; ${ESCAPES}`
  if (/\?.*@/s.test(text)) return UNREADABLE
  // A password with a /, before which there is an @, or what may be a port.
  if (/^\s*\w+:\/\/[^/]*\/.*@/s.test(text)) return `must have its host behind the @; ${ESCAPES}`
  const address = readStoreAddress(text)
  if (text.includes("#")) return `has a #: ${ESCAPES}`
  if (hasNumber && !/^\d*\/?$/.test(address.path)) return "must end with the number of a database, such as /0"
  const unknown = [...address.parameters.keys()].filter((name) => !parameters.includes(name))
  if (unknown.length > 0) return parametersFault(unknown, parameters)
  return ownFault?.(address) ?? null
}

function serversFault(text: string, { schemes, namesSeveral }: AddressRules): string | null {
  const [scheme] = schemes
  if (/,\s*\w+:\/\//.test(text))
    return `must begin with its scheme once: ${scheme}://user:password@host:port,host:port`
  // The user would be the first server's, and its password all up to the last server.
  if (namesSeveral && /@[^/?#]*,[^/?#,]*:[^/?#]*@/.test(text))
    return `must name user and password once, before the first server, and an @ in them is %40: ${scheme}://user:password@host:port,host:port`
  const { servers } = partsOf(text)
  if (servers.length === 1) return null
  if (!namesSeveral) return "must name one server"
  return servers.includes("") ? "must name a server before and after each comma" : null
}

function parametersFault(unknown: string[], known: readonly string[]): string {
  // Part of a password, perhaps.
  if (!unknown.every((name) => /^[\w-]+$/.test(name))) return UNREADABLE
  return `has ${unknownParameters(unknown, known)}, and name files for TLS by the settings for them`
}
