import { mkdirSync } from "node:fs"
import { join, resolve } from "node:path"
import { Redis } from "ioredis"
import { aclFile, type RedisUser } from "../../../apps/worker/credentials/redis-acl"
import { freePort } from "../processes/ports"
import { keptSecrets, writePrivately } from "../secrets"
import { ensureTool } from "../tools/tools"
import { awaitPrevious } from "./earlier-server"
import { createServer, type OnCrash, type Server } from "./server"

export interface RedisOptions {
  /** Holds the append-only file, the ACL file and the passwords. */
  readonly dir: string
  readonly port?: number
  /** When the append-only file reaches the disk; only "always" keeps every accepted vote through a power cut. */
  readonly appendfsync?: "always" | "everysec"
  /** Another program than the machine's, and flags in the place of ours or beside them; null for one that it does not know. */
  readonly program?: string
  readonly flags?: Record<string, string | null>
  /** Whether it is one of several, with users for replicas and sentinels. */
  readonly isReplicated?: boolean
  /** Lines of a configuration file: what an argument must not show to others on this machine. */
  readonly configuration?: (passwords: Record<RedisUser, string>) => readonly string[]
  /** Its whole environment, in the place of what programs inherit here. */
  readonly env?: Record<string, string>
  readonly onLine?: (line: string) => void
  readonly logFile?: string
  readonly onCrash?: OnCrash
}

export interface RedisServer extends Server {
  readonly dir: string
  readonly port: number
  readonly adminUrl: string
  readonly voteUrl: string
  readonly workerUrl: string
  /** Where it is a cluster, its nodes. */
  readonly nodes?: readonly RedisServer[]
}

/** Loading a large append-only file takes its time. */
const START_DEADLINE_MS = 60_000
const STOP_GRACE_MS = 5_000

/** Starts a Redis on loopback whose data in `dir` survives restarts and crashes. */
export async function startRedis(options: RedisOptions): Promise<RedisServer> {
  const program = options.program ?? (await ensureTool("redis-server"))
  const dir = resolve(options.dir)
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  const port = options.port ?? (await freePort())
  const file = join(dir, "passwords.json")
  const passwords = keptSecrets(file, ["admin", "vote", "worker"])
  const failover = options.isReplicated ? keptSecrets(file, ["replica", "sentinel"]) : null
  writePrivately(join(dir, "users.acl"), aclFile(passwords, failover))

  const configuration = join(dir, "redis.conf")
  if (options.configuration) writePrivately(configuration, `${options.configuration(passwords).join("\n")}\n`)

  const url = (user: RedisUser) => `redis://${user}:${passwords[user]}@127.0.0.1:${port}`
  const { env, onLine, logFile } = options
  const server = createServer({
    name: "Redis",
    command: [program, ...(options.configuration ? [configuration] : []), ...flags(dir, port, options)],
    options: {
      cwd: dir,
      ...(env && { env }),
      ...(onLine && { onLine }),
      ...(logFile !== undefined && { logFile }),
    },
    ...(options.onCrash && { onCrash: options.onCrash }),
    startDeadlineMs: START_DEADLINE_MS,
    stopGraceMs: STOP_GRACE_MS,
    prepare: () => awaitPrevious(join(dir, "redis.pid"), "redis-server"),
    answers: () => answersPing(url("admin")),
  })
  await server.start()
  return Object.assign(server, {
    dir,
    port,
    adminUrl: url("admin"),
    voteUrl: url("vote"),
    workerUrl: url("worker"),
  })
}

function flags(
  dir: string,
  port: number,
  { appendfsync = "always", flags: own }: Pick<RedisOptions, "appendfsync" | "flags">,
): string[] {
  const settings: Record<string, string | null> = {
    bind: "127.0.0.1",
    port: String(port),
    dir,
    aclfile: join(dir, "users.acl"),
    pidfile: join(dir, "redis.pid"),
    appendonly: "yes",
    appendfsync,
    save: "",
    "maxmemory-policy": "noeviction",
    // As in compose.yaml: what a client sends and is sent at once has a limit.
    "proto-max-bulk-len": "8mb",
    "maxmemory-clients": "128mb",
    "client-output-buffer-limit": "normal 64mb 0 0",
    ...own,
  }
  return Object.entries(settings).flatMap(([name, value]) =>
    value === null ? [] : [`--${name}`, ...value.split(" ")],
  )
}

async function answersPing(url: string): Promise<boolean> {
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null, disableClientInfo: true })
  redis.on("error", () => {})
  try {
    await redis.connect()
    return (await redis.ping()) === "PONG"
  } catch {
    return false
  } finally {
    redis.disconnect()
  }
}
