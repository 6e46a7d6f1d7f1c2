/** Gives a test file a real Redis and a real Postgres on free ports, which are gone after its tests. */

import { afterAll, beforeAll, setDefaultTimeout } from "bun:test"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { TEST_POSTGRES } from "../../scripts/check/steps/test-postgres"
import type { OwnStores } from "../../scripts/services/stores/own-stores"
import { databasesOf, type Postgres, startPostgres } from "../../scripts/services/stores/postgres"
import { type RedisServer, startRedis } from "../../scripts/services/stores/redis"
import { atTheEnd } from "./at-the-end"

/** Both stores may take a while on a busy machine, above all the first initdb. */
const START_TIMEOUT_MS = 120_000
/** Real stores on a small, busy machine: no test waits this long unless something is wrong. */
const TEST_TIMEOUT_MS = 60_000

let shared: Promise<Postgres> | undefined
let databases = 0
/** Sets the databases of this process apart from those of others. */
const RUN = crypto.randomUUID().replaceAll("-", "_")

const temporaryDir = () => mkdtempSync(join(tmpdir(), "tallyroom-test-"))
const remove = (dir: string) => rmSync(dir, { recursive: true, force: true })

/**
 * One Postgres serves all test files of a run, each with a database of its own: the one that `bun run check` started,
 * or else one of this process.
 */
function sharedPostgres(): Promise<Postgres> {
  const served = process.env[TEST_POSTGRES]
  shared ??= served ? Promise.resolve(ofTheCheck(served)) : startSharedPostgres()
  return shared
}

function ofTheCheck(served: string): Postgres {
  const refuse = () => {
    throw new Error(
      "Other files use this Postgres: take one of your own with useStores({ ownPostgres: true }).",
    )
  }
  const life = { start: refuse, stop: refuse, kill9: refuse, restart: refuse, pid: undefined }
  return { ...databasesOf(JSON.parse(served)), ...life }
}

async function startSharedPostgres(): Promise<Postgres> {
  const dir = temporaryDir()
  atTheEnd(() => remove(dir))
  const postgres = await startPostgres({ dir: join(dir, "postgres") })
  atTheEnd(() => postgres.stop())
  return postgres
}

/**
 * Starts the stores before the tests of this file and stops them after. A file that restarts Postgres takes one of its own.
 * @param options.redis starts another Redis than the machine's, with its data in this folder
 * @returns a function that gives them, once the tests run
 */
export function useStores({
  ownPostgres = false,
  redis: start = (dir: string): Promise<RedisServer> => startRedis({ dir }),
} = {}): () => OwnStores {
  setDefaultTimeout(TEST_TIMEOUT_MS)
  let stores: OwnStores | undefined
  let dir: string | undefined
  const deferred: (() => unknown)[] = []
  beforeAll(async () => {
    dir = temporaryDir()
    const postgres = ownPostgres
      ? await startPostgres({ dir: join(dir, "postgres") })
      : await sharedPostgres()
    const redis = await start(join(dir, "redis"))
    const database = await postgres.database(`test_${RUN}_${++databases}`)
    stores = { redis, postgres, database, defer: (cleanUp) => void deferred.unshift(cleanUp) }
  }, START_TIMEOUT_MS)
  afterAll(async () => {
    for (const cleanUp of deferred) await cleanUp()
    await stores?.redis.stop()
    if (ownPostgres) await stores?.postgres.stop()
    if (dir !== undefined) remove(dir)
  }, START_TIMEOUT_MS)
  return () => {
    if (!stores) throw new Error("the stores are there only while tests run")
    return stores
  }
}
