/** Where Redis or a broker is and how to come in, read from an address as the consoles of providers show it. */

import { decoded, placeholderFault } from "../pasted-address"
import { unknownParameters } from "../unknown-parameters"

export type StoreAddress = {
  /** Such as rediss. */
  scheme: string
  host: string
  /** Empty where none is named. */
  port: string
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
}

export const REDIS_RULES: AddressRules = {
  schemes: ["redis", "rediss"],
  parameters: ["family"],
  hasNumber: true,
}

const ESCAPES = "in user and password write / as %2F, ? as %3F, # as %23 and @ as %40"
const UNREADABLE = `has parameters that can't be read; ${ESCAPES}`
/** `new URL` takes none of these. */
const LONE_PERCENT = /%(?![0-9a-f]{2})/gi

/** @throws for what is no address at all */
export function readStoreAddress(text: string): StoreAddress {
  const url = new URL(text.trim().replace(LONE_PERCENT, "%25"))
  return {
    scheme: url.protocol.slice(0, -1),
    host: url.hostname.replace(/^\[|\]$/g, "") || "localhost",
    port: url.port,
    user: decoded(url.username),
    password: decoded(url.password),
    path: decoded(url.pathname.slice(1)),
    parameters: url.searchParams as unknown as ReadonlyMap<string, string>,
  }
}

/** The servers that an address of a NATS cluster names. */
export function serversIn(url: string): string[] {
  return url.split(",").map((server) => server.trim())
}

/** What is wrong with an address, after the name of its setting and never with anything of its password; null if nothing is. */
export function addressFault(text: string, { schemes, parameters, hasNumber }: AddressRules): string | null {
  const begins = schemes.some((scheme) => text.trim().startsWith(`${scheme}://`))
  const must = `must be an address that begins with ${schemes.map((scheme) => `${scheme}://`).join(" or ")}`
  if (!begins) return must
  const placeholder = placeholderFault(text)
  if (placeholder !== null) return placeholder
  if (!URL.canParse(text.trim().replace(LONE_PERCENT, "%25"))) {
    const names = /@[^@/]*,/.test(text) || /^[^@]*,/.test(text)
    return names ? "must name one server: sentinels and clusters are not followed" : `${must}; ${ESCAPES}`
  }
  if (/\?.*@/s.test(text)) return UNREADABLE
  // A password with a /, before which there is an @, or what may be a port.
  if (/^\s*\w+:\/\/[^/]*\/.*@/s.test(text)) return `must have its host behind the @; ${ESCAPES}`
  const address = readStoreAddress(text)
  if (text.includes("#")) return `has a #: ${ESCAPES}`
  if (hasNumber && !/^\d*\/?$/.test(address.path)) return "must end with the number of a database, such as /0"
  const unknown = [...address.parameters.keys()].filter((name) => !parameters.includes(name))
  return unknown.length > 0 ? parametersFault(unknown, parameters) : null
}

function parametersFault(unknown: string[], known: readonly string[]): string {
  // Part of a password, perhaps.
  if (!unknown.every((name) => /^[\w-]+$/.test(name))) return UNREADABLE
  return `has ${unknownParameters(unknown, known)}, and name files for TLS by the settings for them`
}
