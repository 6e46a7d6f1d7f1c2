import { mkdirSync } from "node:fs"
import { join, resolve } from "node:path"
import { freePort } from "../processes/ports"
import { keptSecrets, writePrivately } from "../secrets"
import { ensureTool } from "../tools/tools"
import { type Broker, type BrokerOptions, greets } from "./broker"
import { createServer } from "./server"

const START_DEADLINE_MS = 30_000
const STOP_GRACE_MS = 5_000

/** Which of a cluster's servers it is, and the ports on which they talk to each other. */
export interface NatsCluster {
  readonly name: string
  readonly port: number
  readonly routes: readonly number[]
}

/** Starts a NATS server with JetStream on loopback whose streams in `dir` survive restarts and crashes. */
export async function startNats(
  options: BrokerOptions & {
    password?: string
    cluster?: NatsCluster
    /** How much the streams may hold altogether. */
    storeBytes?: number
    /** Files for TLS; each client must show a certificate of the same authority. */
    tls?: { ca: string; cert: string; key: string }
  },
): Promise<Broker> {
  const program = await ensureTool("nats-server")
  const dir = resolve(options.dir)
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  const port = options.port ?? (await freePort())
  const tallyroom = options.password ?? keptSecrets(join(dir, "passwords.json"), ["tallyroom"]).tallyroom
  const file = join(dir, "nats.conf")
  writePrivately(file, configuration(dir, port, tallyroom, options))
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
  return Object.assign(server, { port, url: `nats://tallyroom:${tallyroom}@127.0.0.1:${port}` })
}

function configuration(
  dir: string,
  port: number,
  password: string,
  { cluster, storeBytes, tls }: Omit<Parameters<typeof startNats>[0], "dir">,
): string {
  const limit = storeBytes === undefined ? "" : `, max_file_store: ${storeBytes}`
  return [
    `listen: "127.0.0.1:${port}"`,
    `jetstream { store_dir: ${JSON.stringify(join(dir, "jetstream"))}${limit} }`,
    `authorization { user: tallyroom, password: ${JSON.stringify(password)} }`,
    ...(tls
      ? [`tls { ca_file: "${tls.ca}", cert_file: "${tls.cert}", key_file: "${tls.key}", verify: true }`]
      : []),
    ...(cluster ? [`server_name: ${cluster.name}`, clusterBlock(cluster)] : []),
    "",
  ].join("\n")
}

function clusterBlock({ port, routes }: NatsCluster): string {
  const others = routes.map((route) => `"nats://127.0.0.1:${route}"`).join(", ")
  return `cluster { name: tallyroom, listen: "127.0.0.1:${port}", routes: [${others}] }`
}
