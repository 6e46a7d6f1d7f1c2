/** Where a Postgres is and how to come in, read from an address as libpq takes it and as the consoles of providers show it. */

import { decoded, placeholderFault } from "../pasted-address"
import { unknownParameters } from "../unknown-parameters"
import { AddressFault } from "./address-fault"
import { PASSED_ON, READ, WITHOUT_EFFECT } from "./address-parameters"
import { type Tls, tlsOf } from "./tls"

/** `name` is a host, or the folder of a socket. */
export type Host = { name: string; port: number }

export type PostgresAddress = {
  hosts: Host[]
  user?: string
  /** Or what is asked for it at each connection, as passwords are changed. */
  password?: string | (() => string)
  database?: string
  tls: Tls
  /** Of several hosts the one that takes writes is used; else the first that answers. */
  wantsWrites: boolean
  /** The address says that a pooler is between. */
  isPooled: boolean
  /** Parameters of the session, which the server gets as they are. */
  session: Record<string, string>
  /** What was asked for and can't be done, in sentences. */
  notes: string[]
}

const PARTS = /^postgres(?:ql)?:\/\/(?:([^/?]*)@)?([^/?@]*)(?:\/([^?]*))?(?:\?(.*))?$/s
const DEFAULT_PORT = "5432"
const IN_PASSWORDS = "in user and password write / as %2F, ? as %3F and @ as %40"
const UNREADABLE = `has parameters that can't be read; ${IN_PASSWORDS}`
const WRITERS = new Set(["read-write", "primary"])
const READERS = new Set(["read-only", "standby", "prefer-standby"])
const CHANNEL_BINDING =
  "channel_binding=require is not kept, as there is no channel binding here: sslmode=verify-full keeps others out likewise"

/** @throws {AddressFault} which says what is wrong after the name of a setting: "must …", "has …" */
export function readAddress(text: string): PostgresAddress {
  const parts = PARTS.exec(text.trim())
  if (!parts) {
    const hint = /^postgres(ql)?:\/\//.test(text) ? `; ${IN_PASSWORDS}` : ""
    throw new AddressFault(`must be an address that begins with postgres:// or postgresql://${hint}`)
  }
  const fault = placeholderFault(text)
  if (fault !== null) throw new AddressFault(fault)
  try {
    return addressOf(parts)
  } catch (error) {
    // Part of a password, perhaps, of which nothing is shown.
    if (error instanceof AddressFault && parts[4]?.includes("@")) throw new AddressFault(UNREADABLE)
    throw error
  }
}

function addressOf([, login = "", authority = "", path = "", query = ""]: RegExpExecArray): PostgresAddress {
  if (query.includes("@") && login === "" && authority !== "" && path === "")
    throw new AddressFault(UNREADABLE)
  // A password with a /, before which there is an @, or what may be a port.
  if (path.includes("@")) throw new AddressFault(`must have its host behind the @; ${IN_PASSWORDS}`)
  const given = parameters(query)
  const [user, password] = loginOf(login)
  const found = {
    user: given.get("user") ?? user,
    password: given.get("password") ?? password,
    database: given.get("dbname") ?? decoded(path),
  }
  return {
    ...Object.fromEntries(Object.entries(found).filter(([, value]) => value)),
    hosts: hostsOf(authority, given),
    tls: tlsOf(given),
    wantsWrites: wantsWrites(given.get("target_session_attrs")),
    isPooled: given.get("pgbouncer") === "true" || given.get("prepare") === "false",
    session: Object.fromEntries([...given].filter(([name]) => PASSED_ON.has(name))),
    notes: given.get("channel_binding") === "require" ? [CHANNEL_BINDING] : [],
  }
}

function loginOf(text: string): [user: string, password: string] {
  const colon = text.indexOf(":")
  if (colon < 0) return [decoded(text), ""]
  return [decoded(text.slice(0, colon)), decoded(text.slice(colon + 1))]
}

/** @throws {AddressFault} that names what is unknown */
function parameters(query: string): Map<string, string> {
  const pairs = query.split("&").filter((pair) => pair !== "")
  const given = new Map(
    pairs.map((pair) => {
      const [name = "", ...value] = pair.split("=")
      return [decoded(name), decoded(value.join("="))]
    }),
  )
  const known = (name: string) => READ.has(name) || PASSED_ON.has(name) || WITHOUT_EFFECT.has(name)
  const unknown = [...given.keys()].filter((name) => !known(name))
  if (unknown.length === 0) return given
  // Part of a password, perhaps.
  if (!unknown.every((name) => /^\w+$/.test(name))) throw new AddressFault(UNREADABLE)
  throw new AddressFault(`has ${unknownParameters(unknown, [...READ, ...PASSED_ON, ...WITHOUT_EFFECT])}`)
}

function hostsOf(authority: string, given: Map<string, string>): Host[] {
  const ofAuthority = authority.split(",").map(hostAndPort)
  const names = given.get("host")?.split(",") ?? ofAuthority.map(({ name }) => name)
  const ports = given.get("port")?.split(",") ?? ofAuthority.map(({ port }) => port)
  if (ports.length !== 1 && ports.length !== names.length)
    throw new AddressFault(
      `has ${names.length} hosts and ${ports.length} ports: give one for all, or each its own`,
    )
  return names.map((name, index) => ({
    name: name || process.env.PGHOST || "localhost",
    port: portOf((ports.length === 1 ? ports[0] : ports[index]) || process.env.PGPORT || DEFAULT_PORT),
  }))
}

function hostAndPort(text: string): { name: string; port: string } {
  const inBrackets = /^\[([^\]]*)\](?::(.*))?$/.exec(text)
  if (inBrackets) return { name: inBrackets[1] ?? "", port: inBrackets[2] ?? "" }
  const [name = "", port = "", ...more] = text.split(":")
  if (more.length > 0) throw new AddressFault(`must have an IPv6 address in brackets, and ${IN_PASSWORDS}`)
  return { name: decoded(name), port }
}

function portOf(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0
  if (port > 0 && port < 65_536) return port
  throw new AddressFault(`must have a number from 1 to 65535 as its port; ${IN_PASSWORDS}`)
}

function wantsWrites(wanted: string | undefined): boolean {
  if (wanted === undefined || WRITERS.has(wanted)) return true
  if (wanted === "any") return false
  const why = READERS.has(wanted) ? "Tallyroom writes" : "that is unknown"
  throw new AddressFault(`has target_session_attrs=${JSON.stringify(wanted)}, but ${why}: use read-write`)
}

/** An address, or what is asked for it. */
export type GivenAddress = string | (() => string)

export const addressNow = (given: GivenAddress): string => (typeof given === "string" ? given : given())

/** The same as `readAddress`, with the password that the address has at each connection; what can't be read is as it was. */
export function readGivenAddress(given: GivenAddress): PostgresAddress {
  const address = readAddress(addressNow(given))
  if (typeof given === "string") return address
  let { password = "" } = address
  const current = () => {
    try {
      password = readAddress(given()).password ?? ""
    } catch {
      // A file may be replaced just now.
    }
    return String(password)
  }
  return { ...address, password: current }
}
