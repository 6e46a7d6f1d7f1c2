/** Whether a database can hold what Tallyroom writes, and reads the way it is written. */

import type { Database } from "../database"
import { refusedParameter } from "./parameter-refusal"
import { askedOfSessions } from "./pool"

/** No waiting mends it; the message says what is wrong and what to do. */
export class UnfitDatabase extends Error {
  override readonly name = "UnfitDatabase"
}

/** The oldest that the tests were run with. */
const OLDEST = 14
/** How many of `server_version_num` make a version. */
const VERSION = 10_000

type Server = {
  version: number
  encoding: string
  client_encoding: string
  date_style: string
  time_zone: string
  standard_strings: string
  search_path: string
  role: string
}

/** @throws {UnfitDatabase} for a server that is too old, an encoding without all letters, and what a pooler keeps us from setting */
export async function assertFit(sql: Database): Promise<void> {
  const server = await ask(sql).catch((error) => {
    const refused = refusedParameter(error)
    if (refused === null) throw error
    const value = askedOfSessions(sql)[refused]
    if (value !== undefined) throw new UnfitDatabase(notHandedOn(sql, refused, value))
    // The next connection is made without what was refused.
    return ask(sql)
  })
  const fault = server && (faultOf(server) ?? droppedOf(sql, server))
  if (fault) throw new UnfitDatabase(fault)
}

async function ask(sql: Database): Promise<Server | undefined> {
  const [server] = await sql<Server[]>`
    SELECT current_setting('server_version_num')::integer AS version, current_setting('server_encoding') AS encoding,
      current_setting('client_encoding') AS client_encoding, current_setting('DateStyle') AS date_style,
      current_setting('TimeZone') AS time_zone, current_setting('standard_conforming_strings') AS standard_strings,
      current_setting('search_path') AS search_path, current_setting('role') AS role`
  return server
}

/** These decide where tables are made, and whose they are: what is not handed on would be made elsewhere without a word. */
function droppedOf(sql: Database, server: Server): string | null {
  const { options = "", ...asked } = askedOfSessions(sql)
  for (const name of ["search_path", "role"] as const) {
    const wanted = asked[name] ?? inOptions(options, name)
    if (wanted !== undefined && bare(wanted) !== bare(server[name])) return notHandedOn(sql, name, wanted)
  }
  return null
}

/** As `-c name=value` or `--name=value`, with \\ before a blank. */
function inOptions(options: string, name: string): string | undefined {
  const given = [...options.matchAll(/(?:-c\s*|--)(\w+)=((?:\\.|\S)*)/g)]
  return given.findLast(([, option]) => option === name)?.[2]?.replace(/\\(.)/g, "$1")
}

/** A list is the same with and without blanks, and quotes that change nothing. */
function bare(list: string): string {
  return list
    .replace(/"([a-z_][a-z0-9_$]*)"/g, "$1")
    .replace(/\s*,\s*/g, ",")
    .trim()
}

function notHandedOn(sql: Database, name: string, value: string): string {
  const { user, database } = sql.options
  const place = `${JSON.stringify(user)} IN DATABASE ${JSON.stringify(database)}`
  const remedy = `leave it out there and run ALTER ROLE ${place} SET ${name} = ${value}; then RECONNECT in PgBouncer`
  return `The pooler before Postgres does not hand on ${name}, which the address asks for: ${remedy}.`
}

function faultOf(server: Server): string | null {
  if (server.version < OLDEST * VERSION)
    return `Postgres ${Math.floor(server.version / VERSION)} is too old: use ${OLDEST} or newer.`
  if (server.encoding !== "UTF8")
    return `The database has the encoding ${server.encoding}, which lacks most letters: make one with UTF8 (CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0) and let DATABASE_URL lead there.`
  const wrong = Object.entries({
    "DateStyle = 'ISO'": server.date_style.startsWith("ISO"),
    "TimeZone = 'UTC'": /^(UTC|GMT|Etc\/UTC)$/.test(server.time_zone),
    "client_encoding = 'UTF8'": server.client_encoding === "UTF8",
    "standard_conforming_strings = on": server.standard_strings === "on",
  }).flatMap(([setting, isRight]) => (isRight ? [] : [`ALTER ROLE … SET ${setting}`]))
  if (wrong.length === 0) return null
  return `What is between here and Postgres does not hand on the settings of a session: run ${wrong.join("; ")} for this role.`
}
