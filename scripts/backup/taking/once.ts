/** One backup: the whole server as pg_basebackup gives it, and one database as pg_dump does. Neither touches a disk here. */

import type { Database } from "@tallyroom/lib/database"
import { UserError } from "../../services/terminal/user-error"
import { type Manifest, newId, objectName, type StoredObject, writeManifest } from "../catalog/manifest"
import { type Removal, removeOld } from "../catalog/retention"
import { clientEnvironment } from "../postgres/client-environment"
import { outputFrom } from "../postgres/client-process"
import { clientTool } from "../postgres/client-tools"
import { factsOf, keepingWal, type ServerFacts, withServer } from "../postgres/server"
import { measure } from "../storage/measure"
import type { Sealing } from "../storage/sealing"
import type { Bytes, Storage } from "../storage/storage"

export const PARTS = ["base", "dump"] as const
export type Part = (typeof PARTS)[number]

export interface BackupPlan {
  readonly databaseUrl: string
  readonly storage: Storage
  readonly sealing: Sealing
  readonly keep: number
  readonly parts: readonly Part[]
  /** Is told what is being made, and how many bytes came of it so far, of about so many. */
  onProgress?(part: Part, bytes: number, about: number): void
}

export interface Backup extends Removal {
  readonly manifest: Manifest
}

/** Takes a backup, and removes old ones. @throws {UserError} that says what to do; nothing counts as a backup then */
export async function takeBackup(plan: BackupPlan): Promise<Backup> {
  return withServer(plan.databaseUrl, async (sql) => {
    const facts = await factsOf(sql)
    const startedAt = new Date()
    const id = newId(startedAt)
    const has = (part: Part) => plan.parts.includes(part)
    const base = has("base") ? await takeBase(plan, sql, facts, id) : null
    const dump = has("dump") ? await takeDump(plan, facts, id) : null
    const { systemId, major, version } = facts
    const times = { startedAt: startedAt.toISOString(), finishedAt: new Date().toISOString() }
    const manifest: Manifest = { format: 1, id, systemId, major, version, ...times, base, dump }
    await writeManifest(plan.storage, manifest)
    return { manifest, ...(await removeOld(plan.storage, plan.keep)) }
  })
}

/** What pg_basebackup says by -v, in all versions. */
const START = /write-ahead log start point: ([0-9A-F]+\/[0-9A-F]+) on timeline (\d+)/
const END = /write-ahead log end point: ([0-9A-F]+\/[0-9A-F]+)/

async function takeBase(plan: BackupPlan, sql: Database, facts: ServerFacts, id: string) {
  const tool = await clientTool("pg_basebackup", facts.major)
  // The tar has the WAL that it needs: the slot keeps it until it is in.
  const flags = ["-D", "-", "-F", "tar", "-X", "fetch", "--checkpoint=fast", "--manifest-checksums=SHA256"]
  const command = [tool, ...flags, "-v", "--no-password"]
  let said = ""
  const env = await clientEnvironment(plan.databaseUrl)
  const output = outputFrom({ command, env }, (text) => {
    said = text
  })
  const store = () => storeSealed(plan, facts, id, "base", "base.tar", output)
  const object = await keepingWal(sql, store).catch(explained)
  const [, start, timeline] = START.exec(said) ?? []
  const [, end] = END.exec(said) ?? []
  if (start === undefined || end === undefined)
    throw new UserError(`pg_basebackup did not say where its WAL begins and ends: ${said}`)
  return { object, timeline: Number(timeline), start, end, segmentBytes: facts.segmentBytes }
}

async function takeDump(plan: BackupPlan, facts: ServerFacts, id: string) {
  const tool = await clientTool("pg_dump", facts.major)
  const env = await clientEnvironment(plan.databaseUrl)
  const command = [tool, "--format=custom", "--compress=0", "--no-password"]
  const output = outputFrom({ command, env }, () => {})
  const object = await storeSealed(plan, facts, id, "dump", "database.dump", output)
  return { object, database: String(env.PGDATABASE) }
}

async function storeSealed(
  { storage, sealing, onProgress }: BackupPlan,
  { databaseBytes }: ServerFacts,
  id: string,
  part: Part,
  file: string,
  plain: Bytes,
): Promise<StoredObject> {
  const name = objectName(id, `${file}${sealing.suffix}`)
  let done = 0
  const watched = measure(plain, (bytes) => {
    done += bytes
    onProgress?.(part, done, databaseBytes)
  })
  const sealed = measure(sealing.seal(watched.content))
  await storage.write(name, sealed.content)
  return { name, ...sealed.result() }
}

/** What pg_hba.conf refuses, and a role without the right, in words that say what to do. */
function explained(error: unknown): never {
  if (error instanceof UserError && /no pg_hba\.conf entry for replication/.test(error.message))
    throw new UserError(
      `${error.message} Add to the server's pg_hba.conf: host replication tallyroom_backup all scram-sha-256 ` +
        `(a managed Postgres may have none: then take \`--only dump\`).`,
      { cause: error },
    )
  throw error
}
