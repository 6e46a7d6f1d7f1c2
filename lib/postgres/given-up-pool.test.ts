/** A pool that was given up must make no connection any more: nobody has it who would end that one. */

import { afterAll, expect, test } from "bun:test"
import { createServer } from "node:net"
import { freePort } from "../../scripts/services/processes/ports"
import { readAddress } from "./address"
import { openPool } from "./pool"

/** Between two connects that failed, in seconds. */
const PAUSE_S = 0.3
/** Far longer. */
const LATER_MS = 1_500

const cleanUps: (() => unknown)[] = []
afterAll(async () => {
  for (const cleanUp of cleanUps) await cleanUp()
})

/** Counts who connects from now on. */
async function listen(port: number): Promise<() => number> {
  let connects = 0
  const server = createServer((client) => {
    connects++
    client.on("error", () => {}).destroy()
  })
  cleanUps.push(() => server.close())
  await new Promise<void>((listening) => server.listen(port, "127.0.0.1", listening))
  return () => connects
}

test("a pool that is given up while it waits to connect again never does", async () => {
  const port = await freePort()
  const address = readAddress(`postgres://worker:secret@127.0.0.1:${port}/tallyroom`)
  const pool = openPool(address, { max: 1, connect_timeout: 1, fetch_types: false, backoff: () => PAUSE_S })
  for (const failure of [pool.sql`SELECT 1`, pool.sql`SELECT 2`].map((it) => it.catch((error) => error)))
    expect(await failure).toBeInstanceOf(Error)
  const waiting = pool.sql`SELECT 3`.catch((error: Error) => error)
  await Bun.sleep(20)
  pool.destroy()
  const connects = await listen(port)
  expect(await waiting).toBeInstanceOf(Error)
  await Bun.sleep(LATER_MS)
  expect(connects()).toBe(0)
})
