import { mkdirSync } from "node:fs"
import { join } from "node:path"
import { INBOX_LIMITS, inboxKind } from "@tallyroom/lib/inbox/brokers"
import type { App } from "../apps/app-process"
import { inboxAccessOf, tlsFilesOf } from "../given-settings"
import { assertPortFree } from "../processes/ports"
import { stopSupervised } from "../processes/supervised-process"
import { keptSecrets } from "../secrets"
import { untilInboxOpen } from "../stores/inbox-open"
import type { Server } from "../stores/server"
import { UserError } from "../terminal/user-error"
import { ensureTool } from "../tools/tools"
import { APP_GRACE_MS, launchApp } from "./app"
import { type ContractApp, contractApps, contractUrls, WORKER_CONTRACTS } from "./contracts"
import { runningFrom } from "./describe-running"
import { assertOneInbox, assertSameInbox, noteInbox } from "./inbox"
import type { StackPlan } from "./plan"
import { Reviver } from "./reviver"
import type { RunningDemo } from "./running-demo"
import { appSettings, readStackSettings, type Wiring, whatStarts } from "./settings"
import { type StoreUrls, startStores } from "./stores"

/** All must be gone within 10 s (see APP_GRACE_MS): the stores have nothing left to finish once the apps are gone. */
const STORE_GRACE_MS = 2_500
/** A worker may have to apply migrations and restore Redis first. */
const READY_DEADLINE_MS = 60_000

/** Everything that a person needs to vote and watch: both stores and the three apps. */
export class Stack {
  private readonly apps = new Set<App>()
  private readonly stores: Server[] = []
  private readonly stopping = new AbortController()
  private readonly reviver: Reviver

  constructor(private readonly plan: StackPlan) {
    const { say, onCrash } = plan
    this.reviver = new Reviver({ stopping: this.stopping.signal, say, giveUp: onCrash })
  }

  /** Starts all and waits until all are ready. After a failure, stop() ends what was started. */
  async start(): Promise<RunningDemo> {
    const { stateDir, env, say, broker } = this.plan
    const ports = readStackSettings(env)
    await assertPortFree(ports.VOTE_PORT, "the ballot page", "VOTE_PORT")
    await assertPortFree(ports.RESULT_PORT, "the result page", "RESULT_PORT")
    const urls = this.plan.contracts
      ? await contractUrls(env, [ports.VOTE_PORT, ports.RESULT_PORT])
      : undefined
    assertOneInbox(broker, env.INBOX_URL)
    const kind = broker ?? inboxKind(env.INBOX_URL ?? "")
    // A worker checks the inbox of a given database; the file here knows only that of our own.
    if (!env.DATABASE_URL) assertSameInbox(stateDir, kind)
    mkdirSync(join(stateDir, "logs"), { recursive: true })
    if (!env.REDIS_URL) await ensureTool("redis-server", { say })
    if (broker) await ensureTool(`${broker}-server`, { say })

    say(whatStarts(env, broker))
    const limits = INBOX_LIMITS[kind]
    if (limits !== null) say(limits)
    const stores = await this.startStores()
    const secrets = keptSecrets(join(stateDir, "secrets.json"), ["voterSecret", "adminToken"])
    const wiring: Wiring = {
      ...stores,
      voteUrl: `http://localhost:${ports.VOTE_PORT}`,
      resultUrl: `http://localhost:${ports.RESULT_PORT}`,
      voterSecret: env.VOTER_SECRETS || secrets.voterSecret,
      adminToken: env.ADMIN_TOKEN || secrets.adminToken,
    }
    say("Starting vote, worker and result")
    await this.startApps(wiring, ports.WORKERS, urls && contractApps(wiring, urls, env))
    const files = env.REDIS_URL ? tlsFilesOf("REDIS", env) : {}
    await untilInboxOpen(inboxAccessOf({ REDIS_URL: wiring.workerRedisUrl, ...files }).redis, kind)
    if (!env.DATABASE_URL) noteInbox(stateDir, kind)
    return { ...runningFrom(wiring, stores, env), ...(urls && { contracts: urls }) }
  }

  /** Ends the apps, then the stores, within 10 s. */
  async stop(): Promise<void> {
    this.stopping.abort()
    await Promise.all([...this.apps].map((app) => app.stop(APP_GRACE_MS)))
    await Promise.all(this.stores.map((store) => store.stop(STORE_GRACE_MS)))
    // A start that was interrupted has programs that are in neither list yet.
    await stopSupervised(STORE_GRACE_MS)
  }

  /** Ends everything at once. Accepted votes survive: they are on disk. */
  async kill(): Promise<void> {
    this.stopping.abort()
    for (const app of this.apps) app.kill("SIGKILL")
    await Promise.all([
      ...[...this.apps].map((app) => app.exited),
      ...this.stores.map((store) => store.kill9()),
    ])
  }

  private startStores(): Promise<StoreUrls> {
    const { stateDir, env, onLine, broker } = this.plan
    return startStores({
      stateDir,
      redisUrl: env.REDIS_URL,
      redisFiles: tlsFilesOf("REDIS", env),
      databaseUrl: env.DATABASE_URL,
      inboxUrl: env.INBOX_URL,
      broker,
      onLine: (store, text) => onLine(store, { level: "info", text }),
      onCrash: (name, code, start) =>
        void this.reviver.revive({ name, logFile: logFileOf(name.toLowerCase()), start }, code),
      onStart: (server) => this.stores.push(server),
    })
  }

  private async startApps(wiring: Wiring, workers: number, contracts: ContractApp[] = []): Promise<void> {
    const { env } = this.plan
    const workerEnv = contracts.length > 0 ? { ...env, CONTRACTS: WORKER_CONTRACTS } : env
    const workerNames = Array.from({ length: workers }, (_, i) => (i === 0 ? "worker" : `worker-${i + 1}`))
    const apps: ContractApp[] = [
      { name: "vote", source: "vote", wiring, env },
      ...workerNames.map((source) => ({ name: "worker", source, wiring, env: workerEnv }) as const),
      { name: "result", source: "result", wiring, env },
      ...contracts,
    ]
    await Promise.all(apps.map((app) => this.startApp(app)))
  }

  /** Settles when it is ready; from then on it is started again each time that it dies. */
  private async startApp({ name, source, wiring, env }: ContractApp): Promise<void> {
    const settings = await appSettings(name, wiring, env, this.plan.appsDir)
    if (this.stopping.signal.aborted) throw new UserError("Stopped while it was starting.")
    const start = async () => {
      const app = launchApp(this.plan, name, source, settings)
      this.apps.add(app)
      void app.exited.then(() => this.apps.delete(app))
      try {
        await app.waitReady(undefined, READY_DEADLINE_MS)
      } catch (error) {
        await app.stop(APP_GRACE_MS)
        throw error
      }
      const mortal = { name: source, logFile: logFileOf(source), start }
      void app.exited.then((code) => this.reviver.revive(mortal, code))
    }
    await start()
  }
}

const logFileOf = (source: string) => `.tallyroom/logs/${source}.log`
