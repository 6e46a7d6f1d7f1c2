import { mkdirSync, writeFileSync } from "node:fs"
import { dirname, join, resolve } from "node:path"
import { freePort } from "../processes/ports"
import { startSupervised } from "../processes/supervised-process"
import { ensureTool } from "../tools/tools"
import { type Broker, type BrokerOptions, greets } from "./broker"
import { createServer } from "./server"

/** Erlang takes about 10 s to start on a busy machine. */
const START_DEADLINE_MS = 90_000
const STOP_GRACE_MS = 15_000
const NAMES_GRACE_MS = 1_000
/** What a client of AMQP 0-9-1 says first; the server answers with what it can. */
const HELLO = Buffer.from("AMQP\0\0\x09\x01", "latin1")

export interface RabbitmqServer extends Broker {
  /** A command of `rabbitmqctl`. */
  control(...words: string[]): Promise<void>
}

/**
 * Starts a RabbitMQ on loopback whose streams in `dir` survive restarts and crashes. Its user is guest, which RabbitMQ lets
 * in from this machine alone.
 */
export async function startRabbitmq(options: BrokerOptions & { tls?: RabbitmqTls }): Promise<RabbitmqServer> {
  const program = await ensureTool("rabbitmq-server")
  const dir = resolve(options.dir)
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  const port = options.port ?? (await freePort())
  const url = `amqp://guest:guest@127.0.0.1:${port}`
  const { onLine, onCrash, logFile } = options
  const env = await environment(dir, port)
  if (options.tls) {
    writeFileSync(join(dir, "rabbitmq.conf"), tlsConfiguration(options.tls))
    Object.assign(env, { RABBITMQ_CONFIG_FILE: join(dir, "rabbitmq.conf") })
  }
  // Erlang's name server would outlive RabbitMQ if that had to start it.
  const names = startSupervised(["epmd", "-address", "127.0.0.1", "-port", env.ERL_EPMD_PORT], {
    // Not in the data's folder, whose disk may lose its power while this runs on.
    cwd: "/",
    env,
  })
  const server = createServer({
    name: "RabbitMQ",
    command: [program],
    options: { cwd: dir, env, ...(onLine && { onLine }), ...(logFile !== undefined && { logFile }) },
    ...(onCrash && { onCrash }),
    startDeadlineMs: START_DEADLINE_MS,
    stopGraceMs: STOP_GRACE_MS,
    prepare: async () => {},
    answers: () => greets(port, HELLO),
  })
  await server.start()
  const stop = async (graceMs?: number) => {
    await server.stop(graceMs)
    await names.stop(NAMES_GRACE_MS)
  }
  const control = async (...words: string[]) => {
    const child = startSupervised([join(dirname(program), "rabbitmqctl"), ...words], { cwd: dir, env })
    if ((await child.exited) !== 0) throw new Error(`rabbitmqctl ${words[0]} failed`)
  }
  return {
    ...server,
    control,
    port,
    url,
    stop,
    get pid() {
      return server.pid
    },
  }
}

type RabbitmqTls = { port: number; ca: string; cert: string; key: string }

/** Each client must show a certificate of the same authority. */
function tlsConfiguration({ port, ca, cert, key }: RabbitmqTls): string {
  return [
    `listeners.ssl.1 = 127.0.0.1:${port}`,
    `ssl_options.cacertfile = ${ca}`,
    `ssl_options.certfile = ${cert}`,
    `ssl_options.keyfile = ${key}`,
    "ssl_options.verify = verify_peer",
    "ssl_options.fail_if_no_peer_cert = true",
    "",
  ].join("\n")
}

/** Everything in one folder and on loopback, with a name server for Erlang's nodes of its own. */
async function environment(dir: string, port: number) {
  const { PATH = "" } = process.env
  return {
    PATH,
    HOME: dir,
    RABBITMQ_MNESIA_BASE: join(dir, "db"),
    RABBITMQ_LOG_BASE: join(dir, "log"),
    RABBITMQ_NODENAME: `tallyroom-${port}@localhost`,
    RABBITMQ_NODE_IP_ADDRESS: "127.0.0.1",
    RABBITMQ_NODE_PORT: String(port),
    RABBITMQ_DIST_PORT: String(await freePort()),
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: "-kernel inet_dist_use_interface {127,0,0,1}",
    ERL_EPMD_ADDRESS: "127.0.0.1",
    ERL_EPMD_PORT: String(await freePort()),
  }
}
