/** Where the ballots go, to Redis or to a broker, and how to come in: settings of vote and worker alike. */

import { z } from "zod"
import { type Setting, setting } from "../process/settings"
import { pemFault } from "../small-file"
import { type TlsFiles, tlsFault } from "../tls-files"
import type { Access } from "./access"
import { INBOX_RULES, inboxKind } from "./brokers"
import { addressFault, namesCluster, REDIS_RULES, readStoreAddress, serversIn } from "./store-address"

const INBOX_SCHEMES = Object.values(INBOX_RULES).flatMap(({ schemes }) => schemes)

function checked(faultOf: (text: string) => string | null): z.ZodType<string, string> {
  return z.string().check(({ value, issues }) => {
    const message = faultOf(value)
    if (message !== null) issues.push({ code: "custom", message, input: value })
  })
}

function inboxFault(text: string): string | null {
  const kind = inboxKind(text)
  const servers = kind === "nats" ? serversIn(text) : [text.trim()]
  const isKnown = servers.every((url) => INBOX_SCHEMES.some((it) => url.startsWith(`${it}://`)))
  if (!isKnown)
    return `must be an address that begins with ${INBOX_SCHEMES.map((scheme) => `${scheme}://`).join(" or ")}; several servers of one NATS cluster are divided by commas`
  if (new Set(servers.map(inboxKind)).size > 1) return "must name servers of one kind"
  return servers.map((url) => addressFault(url, INBOX_RULES[kind])).find((fault) => fault !== null) ?? null
}

const file = (description: string): Setting<string> =>
  setting({
    schema: checked((path) => (path === "" ? null : pemFault(path))),
    default: "",
    description,
  })

const RENEWED = "The file is read again for each connection."

export const inboxSettings = {
  REDIS_URL: setting({
    schema: checked((text) => addressFault(text, REDIS_RULES)),
    default: "redis://localhost:6379",
    description:
      "The Redis that holds the inbox, with user and password; with TLS it begins with rediss://. Of a Redis Cluster it names several nodes, divided by commas, or one and ?cluster=true.",
    secret: true,
  }),
  REDIS_CA: file(
    `Path of the certificates (PEM) by which Redis's own is verified, where the usual ones don't do. ${RENEWED}`,
  ),
  REDIS_CERT: file("Path of the certificate (PEM) that Redis asks its clients for."),
  REDIS_KEY: file("Path of the key of REDIS_CERT."),
  INBOX_URL: setting({
    schema: checked((text) => (text === "" ? null : inboxFault(text))),
    default: "",
    description:
      "What holds the ballots, with user and password: nats://… (of a cluster several, divided by commas), amqp://…, or redis://…, which then holds the polls too. Without it that is REDIS_URL. Its kind is fixed for the life of the data by the first start.",
    secret: true,
  }),
  INBOX_CA: file(
    `Path of the certificates (PEM) by which that of the broker is verified, where the usual ones don't do. ${RENEWED}`,
  ),
  INBOX_CERT: file("Path of the certificate (PEM) that the broker asks its clients for."),
  INBOX_KEY: file("Path of the key of INBOX_CERT."),
}

type Values = { [Name in keyof typeof inboxSettings]: string }

/** What is wrong with settings that are right each by itself. */
export function inboxSettingsTogether(values: Values): string[] {
  return [
    ...filesFaults("REDIS", redisUrlOf(values), values),
    ...inboxFilesFaults(values),
    ...clusterFaults(values),
  ]
}

/** Where a broker holds the ballots, Redis has little to do. */
function clusterFaults({ INBOX_URL, REDIS_URL }: Values): string[] {
  if (inboxKind(INBOX_URL) === "redis" || !namesCluster(readStoreAddress(REDIS_URL))) return []
  return [
    "REDIS_URL names a Redis Cluster, and INBOX_URL a broker that holds the ballots: name one Redis, which then has the polls, or leave INBOX_URL out",
  ]
}

function inboxFilesFaults(values: Values): string[] {
  if (inboxKind(values.INBOX_URL) !== "redis") return filesFaults("INBOX", values.INBOX_URL, values)
  const given = (["INBOX_CA", "INBOX_CERT", "INBOX_KEY"] as const).filter((name) => values[name] !== "")
  return given.map(
    (name) => `${name} is set, but Redis holds the ballots: set ${name.replace("INBOX", "REDIS")}`,
  )
}

/** At NATS the server says whether there is TLS. */
const ENCRYPTED = /^\s*(rediss|amqps|tls|nats):/

function filesFaults(store: "REDIS" | "INBOX", url: string, values: Values): string[] {
  const { ca, cert, key } = filesOf(store, values) ?? {}
  const faults: string[] = []
  if ((cert === undefined) !== (key === undefined))
    faults.push(`${store}_CERT and ${store}_KEY must both be set, or none of them`)
  if ((ca ?? cert ?? key) !== undefined && !ENCRYPTED.test(url))
    faults.push(
      `${store}_CA, ${store}_CERT and ${store}_KEY are for TLS: the address must begin with ${store === "REDIS" ? "rediss" : "amqps"}://`,
    )
  return [...faults, ...unusableFiles(store, { ...(ca && { ca }), ...(cert && key && { cert, key }) })]
}

function unusableFiles(store: "REDIS" | "INBOX", { ca, cert, key }: TlsFiles): string[] {
  const ofAuthority = tlsFault({ ...(ca && { ca }) })
  const own = tlsFault({ ...(cert && { cert }), ...(key && { key }) })
  return [
    ...(ofAuthority === null ? [] : [`${store}_CA ${ofAuthority}`]),
    ...(own === null ? [] : [`${store}_CERT and ${store}_KEY ${own}`]),
  ]
}

function filesOf(store: "REDIS" | "INBOX", values: Values): TlsFiles | undefined {
  const [ca, cert, key] = [values[`${store}_CA`], values[`${store}_CERT`], values[`${store}_KEY`]]
  if (!ca && !cert && !key) return undefined
  return { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) }
}

/** The Redis with the polls: the inbox too, where INBOX_URL is one. */
function redisUrlOf({ INBOX_URL, REDIS_URL }: Pick<Values, "INBOX_URL" | "REDIS_URL">): string {
  return INBOX_URL !== "" && inboxKind(INBOX_URL) === "redis" ? INBOX_URL : REDIS_URL
}

/** How to come into Redis, and into the broker that holds the ballots. @param current the settings, as their files are now */
export function inboxAccess(current: () => Values): { redis: Access; inbox: Access } {
  const access = (store: "REDIS" | "INBOX", urlOf: (values: Values) => string) => () => {
    const values = current()
    const tls = filesOf(store, values)
    return { url: urlOf(values), ...(tls && { tls }) }
  }
  return { redis: access("REDIS", redisUrlOf), inbox: access("INBOX", ({ INBOX_URL }) => INBOX_URL) }
}
