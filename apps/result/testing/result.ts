/** A test fixture: a result app inside the test process, on a port that the system chooses. */

import { type Database, openDatabase } from "@tallyroom/lib/database"
import { trustedProxies } from "@tallyroom/lib/http/address"
import { type Assets, buildAssets } from "@tallyroom/lib/http/assets"
import { embedOrigins } from "@tallyroom/lib/http/embed-origins"
import { stopServing } from "@tallyroom/lib/http/shutdown"
import { Decider } from "@tallyroom/lib/outcome/decider"
import { Listener } from "@tallyroom/lib/postgres/listener"
import { createRegistry } from "@tallyroom/lib/process/management"
import { quiet } from "../../../scripts/services/apps/worker-in-process"
import type { OwnStores } from "../../../scripts/services/stores/own-stores"
import { waitFor } from "../../../scripts/services/wait"
import { migrate } from "../../worker/database/migrate"
import { type AppDeps, createApp, ENTRYPOINTS, heardBy } from "../app"
import { Tables } from "../database/tables"

export const TOKEN = "a-token-for-tests-with-enough-characters"
export const ADMIN = { authorization: `Bearer ${TOKEN}` }

let built: Promise<Assets> | undefined

/** The worker's connection to a database with all tables. */
export async function openTables({ database, defer }: OwnStores): Promise<Database> {
  const sql = openDatabase(database.workerUrl, { name: "test", connections: 4 })
  defer(() => sql.end({ timeout: 1 }))
  await migrate(sql)
  return sql
}

export type ResultApp = Awaited<ReturnType<typeof startResultApp>>

/** Starts the app with the rights that it has in production. */
export async function startResultApp({ database, defer }: OwnStores, overrides: Partial<AppDeps> = {}) {
  const sql = overrides.sql ?? openDatabase(database.resultUrl, { name: "test-result", connections: 4 })
  built ??= buildAssets({ entrypoints: ENTRYPOINTS })
  const registry = createRegistry("test")
  const decider = new Decider({ databaseUrl: database.resultUrl, name: "result-outcomes", log: quiet })
  const { app, hub, closeViewers, forgetPoll } = createApp({
    ...{ sql, decider, registry, log: quiet, assets: await built, adminToken: TOKEN },
    ...{ voteUrl: "http://vote.test", publicUrl: "", trusted: trustedProxies(["127.0.0.0/8"]) },
    ...{
      deliveriesPerSecond: 20_000,
      maxViewers: 1_000,
      networkShare: 100,
      embedOrigins: embedOrigins.schema.parse("http://localhost:*"),
    },
    ...overrides,
  })
  const tables = new Tables(quiet)
  const listener = new Listener({
    ...{ url: database.resultUrl, name: "result-hears", sql, log: quiet },
    isPrepared: (connection) => tables.areReady(connection),
    heard: heardBy({ hub, forgetPoll }),
  })
  listener.start()
  app.listen({ port: 0, hostname: "127.0.0.1" })
  const address = `http://127.0.0.1:${app.server?.port}`
  defer(async () => {
    await listener.stop()
    closeViewers()
    await stopServing(app, 1_000)
    hub.stop()
    decider.stop()
    await sql.end({ timeout: 1 })
  })
  const send = (method: string, path: string, body?: unknown, headers: Record<string, string> = ADMIN) =>
    fetch(`${address}${path}`, {
      method,
      headers: { ...headers, ...(body !== undefined && { "content-type": "application/json" }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
  return {
    ...{ address, hub, listener, tables, registry, closeViewers, send, routes: app.routes },
    get: (path: string, headers: Record<string, string> = {}) => send("GET", path, undefined, headers),
    listening: () => waitFor("the app to listen", () => listener.state === "listening", 10_000),
  }
}

/** A poll with two options and defaults elsewhere. */
export const definition = (id: string, more: Record<string, unknown> = {}) => ({
  id,
  title: `The poll ${id}`,
  options: [
    { id: "a", label: "Cats" },
    { id: "b", label: "Dogs" },
  ],
  state: "open",
  ...more,
})
