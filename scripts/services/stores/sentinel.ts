/** A sentinel: with others it watches over a Redis, and has a replica take the place of one that is gone. */

import { existsSync, mkdirSync } from "node:fs"
import { connect } from "node:net"
import { join } from "node:path"
import { writePrivately } from "../secrets"
import { createServer, type OnCrash, type Server } from "./server"

export interface SentinelOptions {
  /** Holds its configuration, in which it writes down what it learns. */
  readonly dir: string
  /** Of Redis or Valkey. */
  readonly program: string
  readonly port: number
  /** By which other sentinels and clients come in. */
  readonly password: string
  /** Whom it watches: how that is called, where it is at first, and the password of its user `sentinel`. */
  readonly master: { readonly name: string; readonly port: number; readonly password: string }
  /** How many sentinels must agree that it is gone. */
  readonly quorum: number
  /** After so long without an answer it is taken for gone (milliseconds). */
  readonly downAfterMs: number
  readonly failoverTimeoutMs: number
  readonly logFile?: string
  readonly onCrash?: OnCrash
}

const START_DEADLINE_MS = 30_000
const STOP_GRACE_MS = 2_000

/** Starts a sentinel on loopback. What it has learned before stands in its folder, and is kept. */
export async function startSentinel(options: SentinelOptions): Promise<Server> {
  const { dir, program, port, logFile, onCrash } = options
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  const file = join(dir, `sentinel-${port}.conf`)
  if (!existsSync(file)) writePrivately(file, `${configuration(options).join("\n")}\n`)
  const server = createServer({
    name: `sentinel at ${port}`,
    command: [program, file, "--sentinel"],
    options: { cwd: dir, ...(logFile !== undefined && { logFile }) },
    ...(onCrash && { onCrash }),
    startDeadlineMs: START_DEADLINE_MS,
    stopGraceMs: STOP_GRACE_MS,
    prepare: async () => {},
    answers: () => listens(port),
  })
  await server.start()
  return server
}

function configuration({
  dir,
  port,
  password,
  master,
  quorum,
  downAfterMs,
  failoverTimeoutMs,
}: SentinelOptions): string[] {
  const { name } = master
  return [
    `port ${port}`,
    "bind 127.0.0.1",
    `dir ${dir}`,
    `requirepass ${password}`,
    `sentinel sentinel-pass ${password}`,
    `sentinel monitor ${name} 127.0.0.1 ${master.port} ${quorum}`,
    `sentinel auth-user ${name} sentinel`,
    `sentinel auth-pass ${name} ${master.password}`,
    `sentinel down-after-milliseconds ${name} ${downAfterMs}`,
    `sentinel failover-timeout ${name} ${failoverTimeoutMs}`,
  ]
}

function listens(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const socket = connect(port, "127.0.0.1")
  socket.on("connect", () => resolve(true)).on("error", () => resolve(false))
  return promise.finally(() => socket.destroy())
}
