import { mkdirSync } from "node:fs"
import { join, resolve } from "node:path"
import { freePort } from "../processes/ports"
import { keptSecrets, writePrivately } from "../secrets"
import { ensureTool } from "../tools/tools"
import { waitFor } from "../wait"
import { type Broker, type BrokerOptions, greets } from "./broker"
import { takesLogin } from "./nats-api"
import { createServer } from "./server"

const START_DEADLINE_MS = 30_000
const STOP_GRACE_MS = 5_000
/** Where nothing listens. */
const NOBODY = "127.0.0.1:1"

/** Which of a cluster's servers it is, and the ports on which they talk to each other. */
export interface NatsCluster {
  readonly name: string
  readonly port: number
  readonly routes: readonly number[]
  /** Clients and servers hear of no address, and so of no way around the ports that they were given. */
  readonly tellsNoAddress?: boolean
}

export interface NatsServer extends Broker {
  /** Takes this password and no other from now on, of clients that are connected too. */
  setPassword(password: string): Promise<void>
  readonly password: string
}

/** Starts a NATS server with JetStream on loopback whose streams in `dir` survive restarts and crashes. */
export async function startNats(
  options: BrokerOptions & {
    password?: string
    cluster?: NatsCluster
    /** How much the streams may hold altogether. */
    storeBytes?: number
    /** The block of users, instead of one who may everything. */
    users?: string
    /** Files for TLS; each client must show a certificate of the same authority. */
    tls?: { ca: string; cert: string; key: string }
  },
): Promise<NatsServer> {
  const program = await ensureTool("nats-server")
  const dir = resolve(options.dir)
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  const port = options.port ?? (await freePort())
  const tallyroom = options.password ?? keptSecrets(join(dir, "passwords.json"), ["tallyroom"]).tallyroom
  const file = join(dir, "nats.conf")
  const syncs = canSyncAlways(program)
  writePrivately(file, configuration(dir, port, tallyroom, syncs, options))
  const { onLine, onCrash, logFile } = options
  const server = createServer({
    name: "NATS",
    command: [program, "-c", file],
    options: { cwd: dir, ...(onLine && { onLine }), ...(logFile !== undefined && { logFile }) },
    ...(onCrash && { onCrash }),
    startDeadlineMs: START_DEADLINE_MS,
    stopGraceMs: STOP_GRACE_MS,
    prepare: async () => {},
    answers: () => greets(port),
  })
  await server.start()
  const url = natsUrl(port, tallyroom)
  const setPassword = async (password: string) => {
    writePrivately(file, configuration(dir, port, password, syncs, options))
    const { pid } = server
    // One that does not run reads the file when it starts.
    if (pid === undefined) return
    process.kill(pid, "SIGHUP")
    await waitFor("NATS to take another password", () => takesLogin(natsUrl(port, password)))
  }
  return Object.assign(server, { port, url, password: tallyroom, setPassword })
}

/** From 2.10 on. An earlier server syncs every two minutes, whatever it is told. */
function canSyncAlways(program: string): boolean {
  const said = Bun.spawnSync([program, "--version"]).stdout.toString()
  const [, major = 0, minor = 0] = /v(\d+)\.(\d+)/.exec(said)?.map(Number) ?? []
  return major > 2 || (major === 2 && minor >= 10)
}

const natsUrl = (port: number, password: string) => `nats://tallyroom:${password}@127.0.0.1:${port}`

function configuration(
  dir: string,
  port: number,
  password: string,
  syncs: boolean,
  { cluster, storeBytes, users, tls }: Omit<Parameters<typeof startNats>[0], "dir">,
): string {
  const limit = storeBytes === undefined ? "" : `, max_file_store: ${storeBytes}`
  const sync = syncs ? ", sync_interval: always" : ""
  return [
    `listen: "127.0.0.1:${port}"`,
    `jetstream { store_dir: ${JSON.stringify(join(dir, "jetstream"))}${limit}${sync} }`,
    users ?? `authorization { user: tallyroom, password: ${JSON.stringify(password)} }`,
    ...(tls
      ? [`tls { ca_file: "${tls.ca}", cert_file: "${tls.cert}", key_file: "${tls.key}", verify: true }`]
      : []),
    ...(cluster ? [`server_name: ${cluster.name}`, clusterBlock(cluster)] : []),
    "",
  ].join("\n")
}

function clusterBlock({ port, routes, tellsNoAddress = false }: NatsCluster): string {
  const others = routes.map((route) => `"nats://127.0.0.1:${route}"`).join(", ")
  const silent = tellsNoAddress ? `, no_advertise: true, advertise: "${NOBODY}"` : ""
  return `cluster { name: tallyroom, listen: "127.0.0.1:${port}", routes: [${others}]${silent} }`
}
