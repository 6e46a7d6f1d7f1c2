/** How Postgres's programs are told where to connect: by their environment, as others may read a command line. */

import { readAddress } from "@tallyroom/lib/postgres/address"
import { primaryOf } from "@tallyroom/lib/postgres/pool"

/** Parameters of an address that decide about TLS, and libpq's variables for them. */
const TLS = {
  sslmode: "PGSSLMODE",
  sslrootcert: "PGSSLROOTCERT",
  sslcert: "PGSSLCERT",
  sslkey: "PGSSLKEY",
} as const

/**
 * Leads to the primary: of two hosts that take writes, Postgres's programs by themselves would take the first.
 * @param url an address as `readAddress` takes it
 * @throws {Error} when no host will do
 */
export async function clientEnvironment(url: string): Promise<Record<string, string>> {
  const address = readAddress(url)
  const { user, password, database } = address
  const { name, port } = await primaryOf(address)
  const parameters = new URLSearchParams(url.split("?")[1] ?? "")
  const tls = Object.entries(TLS).flatMap(([name, variable]) => {
    const value = parameters.get(name)
    return value === null ? [] : [[variable, value]]
  })
  return {
    PATH: process.env.PATH ?? "",
    // Their messages are read here.
    LC_ALL: "C",
    TZ: "UTC",
    PGHOST: name,
    PGPORT: String(port),
    PGTARGETSESSIONATTRS: "read-write",
    PGCONNECT_TIMEOUT: "10",
    ...(user && { PGUSER: user }),
    ...(typeof password === "string" && { PGPASSWORD: password }),
    PGDATABASE: database ?? "postgres",
    ...Object.fromEntries(tls),
  }
}
