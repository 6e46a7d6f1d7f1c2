/** Ways to Postgres: sockets, IPv6, passwords with signs in them, several hosts of which one takes writes. */

import { beforeAll, expect, test } from "bun:test"
import { chmodSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type Database, openDatabase } from "@tallyroom/lib/database"
import postgres from "postgres"
import { type Postgres, startPostgres } from "../../scripts/services/stores/postgres"
import { waitFor } from "../../scripts/services/wait"
import { useStores } from "../harness/stores"

const PASSWORD = "50%off#a@b:c"

const stores = useStores()
let folder: string
const servers: Postgres[] = []

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "tallyroom-ways-"))
  chmodSync(folder, 0o777)
  stores().defer(() => rmSync(folder, { recursive: true, force: true }))
  for (const name of ["one", "two"]) {
    const settings = { unix_socket_directories: folder, listen_addresses: "127.0.0.1,::1" }
    const server = await startPostgres({ dir: join(folder, name), settings })
    stores().defer(() => server.stop())
    servers.push(server)
    await asAdmin(server, `CREATE ROLE odd LOGIN PASSWORD '${PASSWORD}'`)
    await asAdmin(
      server,
      "CREATE TABLE noted (n integer); GRANT ALL ON noted TO odd; GRANT CONNECT ON DATABASE postgres TO odd",
    )
  }
}, 120_000)

async function asAdmin({ adminUrl }: Postgres, text: string): Promise<void> {
  const sql = postgres(adminUrl, { max: 1 })
  await sql.unsafe(text).finally(() => sql.end({ timeout: 1 }))
}

function open(url: string): Database {
  const sql = openDatabase(url, { name: "ways", connections: 2, answerMs: 5_000 })
  stores().defer(() => sql.end({ timeout: 1 }))
  return sql
}

const port = (at: number) => servers[at]?.port

test("each way of writing an address leads there", async () => {
  const encoded = encodeURIComponent(PASSWORD)
  const query = `user=odd&password=${encoded}&dbname=postgres`
  for (const url of [
    `postgres://odd:${PASSWORD}@127.0.0.1:${port(0)}/postgres`,
    `postgres://odd:${encoded}@[::1]:${port(0)}/postgres`,
    `postgres://odd:${encoded}@/postgres?host=${folder}&port=${port(0)}`,
    `postgres://odd:${encoded}@${encodeURIComponent(folder)}:${port(0)}/postgres`,
    `postgres:///?host=127.0.0.1&port=${port(0)}&${query}`,
    `postgres://odd:${encoded}@127.0.0.1:${port(0)}/postgres?channel_binding=prefer&uselibpqcompat=true&pgbouncer=true`,
  ])
    expect(await open(url)`SELECT current_user AS name`).toMatchObject([{ name: "odd" }])
})

test("a server that takes no writes any more is left for the one that does", async () => {
  const readOnly = async (at: number, isOn: boolean) => {
    const server = servers[at] as Postgres
    await asAdmin(server, `ALTER SYSTEM SET default_transaction_read_only = ${isOn}`)
    await asAdmin(server, "SELECT pg_reload_conf()")
  }
  await readOnly(1, true)
  const sql = open(
    `postgres://odd:${PASSWORD}@127.0.0.1:${port(1)},127.0.0.1:${port(0)}/postgres?target_session_attrs=read-write`,
  )
  const at = async () => {
    const [row] = await sql`INSERT INTO noted VALUES (1) RETURNING inet_server_port() AS port`
    return row?.port
  }
  expect(await at()).toBe(port(0))
  await readOnly(0, true)
  await readOnly(1, false)
  await waitFor("the other to be used", async () => (await at().catch(() => 0)) === port(1))
  await readOnly(0, false)
})
