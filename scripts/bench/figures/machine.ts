/** Describes the machine of a measurement and the versions of everything that takes part. */

import { closeSync, existsSync, fsyncSync, openSync, readFileSync, writeSync } from "node:fs"
import { arch, cpus, release, totalmem, type } from "node:os"
import { join } from "node:path"
import postgres from "postgres"
import { CHECKOUT } from "../../services/checkout"
import { ensureTool } from "../../services/tools/tools"
import type { BenchStores } from "../subject/bench-stores"
import { median } from "./rounds"

export type Machine = {
  cpu: string
  cores: number
  memoryGb: number
  system: string
  /** Milliseconds in which 4 KiB reach the disk that the stores use: every accepted vote waits for such a write. */
  fsyncMs: number
  versions: Record<string, string>
}

const FSYNCS = 100

export async function describeMachine(benchStores: BenchStores): Promise<Machine> {
  return {
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    system: `${distribution()}${type()} ${release()} ${arch()}`,
    fsyncMs: fsyncMs(benchStores.dir),
    versions: {
      bun: Bun.version,
      elysia: await elysiaVersion(),
      redis: /^redis_version:(\S+)/m.exec(await benchStores.redis.info("server"))?.[1] ?? "unknown",
      postgres: await postgresVersion(benchStores.postgres.adminUrl),
      wrk: await wrkVersion(),
    },
  }
}

/** The head of the report. */
export function machineText({ cpu, cores, memoryGb, system, fsyncMs, versions }: Machine): string {
  return [
    `${cpu}, ${cores} cores, ${memoryGb} GB, ${system}; 4 KiB reach the disk in ${fsyncMs.toFixed(2)} ms`,
    Object.entries(versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(", "),
  ].join("\n")
}

function distribution(): string {
  const file = "/etc/os-release"
  const name = existsSync(file)
    ? /^PRETTY_NAME="?([^"\n]+)/m.exec(readFileSync(file, "utf8"))?.[1]
    : undefined
  return name === undefined ? "" : `${name}, `
}

function fsyncMs(dir: string): number {
  const file = openSync(join(dir, "fsync"), "w")
  const page = Buffer.alloc(4_096, 1)
  const times = Array.from({ length: FSYNCS }, () => {
    const start = performance.now()
    writeSync(file, page)
    fsyncSync(file)
    return performance.now() - start
  })
  closeSync(file)
  return median(times)
}

/** Only the apps depend on this package. */
async function elysiaVersion(): Promise<string> {
  const { version } = await Bun.file(join(CHECKOUT, "apps/vote/node_modules/elysia/package.json")).json()
  return String(version)
}

async function postgresVersion(url: string): Promise<string> {
  const sql = postgres(url, { max: 1, onnotice: () => {} })
  try {
    const [row] = await sql`SHOW server_version`
    return String(row?.server_version)
  } finally {
    await sql.end({ timeout: 1 })
  }
}

/** `wrk -v` prints its version and then fails, as it was given no address. */
async function wrkVersion(): Promise<string> {
  const { stdout, stderr } = Bun.spawnSync([await ensureTool("wrk"), "-v"])
  return /wrk (\S+)/.exec(`${stdout}${stderr}`)?.[1] ?? "unknown"
}
