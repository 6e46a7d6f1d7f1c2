/** The same connections as in `sockets`, against apps that may have fewer descriptors than there are: others are served meanwhile. */

import { type App, type AppName, startApp } from "../../services/apps/app-process"
import { freePort } from "../../services/processes/ports"
import type { RunningDemo } from "../../services/stack/running-demo"
import type { Attacked } from "../outcome"
import type { Target } from "../target"
import { sockets } from "./sockets"

export type Descriptors = { descriptors: number; seconds: number }

/** So many connections come to each app, by the descriptors that it has. */
const CONNECTIONS = 1.2
const APPS = 2
const PROBE_EVERY_MS = 200
/** Less than the shortest deadline of a probe on Kubernetes, 3 s. */
const PROBE_MS = 2_000
const STOP_GRACE_MS = 7_000

type Limited = { app: App; url: string; management: string }

/** Starts a vote and a result of its own beside the demo's, on the demo's stores, and attacks these. */
export async function descriptors(
  demo: RunningDemo,
  target: Target,
  { descriptors, seconds }: Descriptors,
): Promise<Attacked> {
  const stores = { ...demo.tlsFiles, INBOX_URL: demo.inboxUrl ?? "" }
  const secrets = { ADMIN_TOKEN: crypto.randomUUID(), VOTER_SECRETS: crypto.randomUUID() }
  const apps: Limited[] = []
  try {
    const start = async (name: AppName, env: Record<string, string>) => {
      const limited = await startLimited(name, env, descriptors)
      apps.push(limited)
      await limited.app.waitReady()
      return limited.url
    }
    const resultUrl = await start("result", {
      ...{ DATABASE_URL: demo.databaseUrl, ADMIN_TOKEN: secrets.ADMIN_TOKEN, VOTE_URL: demo.voteUrl },
    })
    const voteUrl = await start("vote", {
      ...{
        ...stores,
        REDIS_URL: demo.redisUrl,
        VOTER_SECRETS: secrets.VOTER_SECRETS,
        RESULT_URL: demo.resultUrl,
      },
    })
    const probing = new AbortController()
    const probed = Promise.all(apps.map((app) => probes(app, probing.signal)))
    const connections = Math.ceil(descriptors * CONNECTIONS * APPS)
    const outcome = await sockets({ ...target, voteUrl, resultUrl }, { connections, seconds })
    probing.abort()
    const late = (await probed).flat()
    return {
      ...outcome,
      tried: `a vote and a result with ${descriptors.toLocaleString("en")} descriptors each: ${outcome.tried}`,
      faults: [...outcome.faults, ...new Set(late)],
    }
  } finally {
    await Promise.all(apps.map(({ app }) => app.stop(STOP_GRACE_MS)))
  }
}

async function startLimited(
  name: AppName,
  env: Record<string, string>,
  descriptors: number,
): Promise<Limited> {
  const [port, managementPort] = [await freePort(), await freePort()]
  const settings = {
    ...{ HOST: "127.0.0.1", MANAGEMENT_HOST: "127.0.0.1", LOG_LEVEL: "error" },
    ...{ PORT: String(port), MANAGEMENT_PORT: String(managementPort), ...env },
  }
  const app = startApp(name, settings, { descriptors })
  return { app, url: `http://127.0.0.1:${port}`, management: `http://127.0.0.1:${managementPort}` }
}

/** What a probe of the management port meets that would have a healthy process restarted. */
async function probes({ app, management }: Limited, stop: AbortSignal): Promise<string[]> {
  const faults: string[] = []
  while (!stop.aborted) {
    const signal = AbortSignal.timeout(PROBE_MS)
    const answer = await fetch(`${management}/livez`, { signal, headers: { connection: "close" } }).catch(
      () => null,
    )
    if (!answer?.ok)
      faults.push(`The management port of ${app.name} did not answer a probe within ${PROBE_MS / 1_000} s.`)
    await Bun.sleep(PROBE_EVERY_MS)
  }
  return faults
}
