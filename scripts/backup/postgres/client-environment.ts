/** How Postgres's programs are told where to connect: by their environment, as others may read a command line. */

import { readAddress } from "@tallyroom/lib/postgres/address"

/** Parameters of an address that decide about TLS, and libpq's variables for them. */
const TLS = {
  sslmode: "PGSSLMODE",
  sslrootcert: "PGSSLROOTCERT",
  sslcert: "PGSSLCERT",
  sslkey: "PGSSLKEY",
} as const

/** @param url an address as `readAddress` takes it */
export function clientEnvironment(url: string): Record<string, string> {
  const { hosts, user, password, database } = readAddress(url)
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
    PGHOST: hosts.map(({ name }) => name).join(","),
    PGPORT: hosts.map(({ port }) => port).join(","),
    PGTARGETSESSIONATTRS: "read-write",
    PGCONNECT_TIMEOUT: "10",
    ...(user && { PGUSER: user }),
    ...(typeof password === "string" && { PGPASSWORD: password }),
    PGDATABASE: database ?? "postgres",
    ...Object.fromEntries(tls),
  }
}
