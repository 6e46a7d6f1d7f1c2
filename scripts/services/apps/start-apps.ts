/** Starts the apps as processes of their own, on free ports, with the stores of a test or a benchmark. */

import { freePort } from "../processes/ports"
import type { OwnStores } from "../stores/own-stores"
import { type App, type AppName, type AppOptions, startApp } from "./app-process"

export const ADMIN_TOKEN = "a-token-that-only-the-tests-know"
const VOTER_SECRETS = "a-secret-that-only-the-tests-know-0123456789"

export type AppProcess = { app: App; url: string; managementUrl: string }

async function start(
  name: AppName,
  stores: OwnStores,
  env: Record<string, string>,
  port: number,
  options: AppOptions = {},
): Promise<AppProcess> {
  const settings = {
    ...{ LOG_LEVEL: "warn", HOST: "127.0.0.1", MANAGEMENT_HOST: "127.0.0.1" },
    ...{ PORT: String(port), MANAGEMENT_PORT: String(await freePort()), ...env },
  }
  const app = startApp(name, settings, options)
  stores.defer(() => app.kill("SIGKILL"))
  return {
    app,
    url: `http://127.0.0.1:${port}`,
    managementUrl: `http://127.0.0.1:${settings.MANAGEMENT_PORT}`,
  }
}

export async function startVoteProcess(
  stores: OwnStores,
  env: Record<string, string> = {},
  options: AppOptions = {},
): Promise<AppProcess> {
  const vote = await start(
    "vote",
    stores,
    // Tests change their minds faster than people.
    { REDIS_URL: stores.redis.voteUrl, VOTER_SECRETS, CHANGE_AFTER_SECONDS: "0", ...env },
    await freePort(),
    options,
  )
  await vote.app.waitReady()
  return vote
}

export async function startWorkerProcess(
  stores: OwnStores,
  env: Record<string, string> = {},
  options: AppOptions = {},
): Promise<AppProcess> {
  return start(
    "worker",
    stores,
    {
      ...{ REDIS_URL: stores.redis.workerUrl, DATABASE_URL: stores.database.workerUrl },
      // Tests that don't undo a close need not wait for anybody who might.
      ...{ FINAL_AFTER_SECONDS: "0", ...env },
    },
    0,
    options,
  )
}

export async function startResultProcess(
  stores: OwnStores,
  env: Record<string, string> = {},
  options: AppOptions = {},
): Promise<AppProcess> {
  const result = await start(
    "result",
    stores,
    { DATABASE_URL: stores.database.resultUrl, ADMIN_TOKEN, ...env },
    env.PORT === undefined ? await freePort() : Number(env.PORT),
    options,
  )
  await result.app.waitReady()
  return result
}
