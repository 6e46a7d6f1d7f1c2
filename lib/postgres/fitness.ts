/** Whether a database can hold what Tallyroom writes, and reads the way it is written. */

import type { Database } from "../database"

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
}

/** @throws {UnfitDatabase} for a server that is too old, an encoding without all letters, and what a pooler keeps us from setting */
export async function assertFit(sql: Database): Promise<void> {
  const [server] = await sql<Server[]>`
    SELECT current_setting('server_version_num')::integer AS version, current_setting('server_encoding') AS encoding,
      current_setting('client_encoding') AS client_encoding, current_setting('DateStyle') AS date_style,
      current_setting('TimeZone') AS time_zone, current_setting('standard_conforming_strings') AS standard_strings`
  const fault = server && faultOf(server)
  if (fault) throw new UnfitDatabase(fault)
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
