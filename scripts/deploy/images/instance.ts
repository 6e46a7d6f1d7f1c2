/** A Tallyroom whose apps are containers, on stores of this machine that are gone afterwards. */

import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { AppName } from "../../services/apps/app-process"
import { freePort } from "../../services/processes/ports"
import { newSecret } from "../../services/secrets"
import { appSettings } from "../../services/stack/settings"
import { startPostgres } from "../../services/stores/postgres"
import { startRedis } from "../../services/stores/redis"
import { type Container, startContainer } from "./container"

export type ContainerInstance = {
  voteUrl: string
  resultUrl: string
  apps: Record<AppName, Container>
  /** The settings of an app, for one more container. */
  settingsOf(app: AppName): Promise<Record<string, string>>
  close(): Promise<void>
}

export async function openContainerInstance(imageOf: (app: AppName) => string): Promise<ContainerInstance> {
  const dir = mkdtempSync(join(tmpdir(), "tallyroom-images-"))
  const [redis, postgres] = await Promise.all([
    startRedis({ dir: join(dir, "redis") }),
    startPostgres({ dir: join(dir, "postgres") }),
  ])
  const database = await postgres.database("tallyroom")
  const wiring = {
    voteUrl: `http://127.0.0.1:${await freePort()}`,
    resultUrl: `http://127.0.0.1:${await freePort()}`,
    voteRedisUrl: redis.voteUrl,
    workerRedisUrl: redis.workerUrl,
    workerDatabaseUrl: database.workerUrl,
    resultDatabaseUrl: database.resultUrl,
    voterSecret: newSecret(),
    adminToken: newSecret(),
  }
  const settingsOf = (app: AppName) => appSettings(app, wiring, {})
  const started: Container[] = []
  const start = async (app: AppName) => {
    const container = await startContainer(app, imageOf(app), await settingsOf(app))
    started.push(container)
    return container
  }
  const close = async () => {
    await Promise.all(started.map((container) => container.remove()))
    await Promise.all([redis.stop(), postgres.stop()])
    rmSync(dir, { recursive: true, force: true })
  }
  try {
    const apps = { worker: await start("worker"), vote: await start("vote"), result: await start("result") }
    await Promise.all(Object.values(apps).map((app) => app.ready()))
    return { voteUrl: wiring.voteUrl, resultUrl: wiring.resultUrl, apps, settingsOf, close }
  } catch (error) {
    await close()
    throw error
  }
}
