/** pg_receivewal, which writes WAL into the spool as Postgres writes it. */

import { mkdir, readdir, rm } from "node:fs/promises"
import { join } from "node:path"
import type { Log } from "@tallyroom/lib/process/logging"
import { type SupervisedProcess, startSupervised } from "../../services/processes/supervised-process"
import { isHistory, isPartial, isSegment, timelineOf } from "../catalog/wal"
import { clientEnvironment } from "../postgres/client-environment"
import { clientTool } from "../postgres/client-tools"
import { dropCutSlot, ensureSlot, factsOf, type ServerFacts, withServer } from "../postgres/server"

/** What pg_receivewal makes here. */
export const isWal = (file: string) => isSegment(file) || isPartial(file) || isHistory(file)

export interface Spool {
  readonly folder: string
  readonly facts: ServerFacts
}

export interface ReceiverPlan {
  readonly databaseUrl: string
  readonly spool: string
  readonly slot: string
  readonly log: Log
}

export interface Receiver extends Spool {
  readonly exited: Promise<number>
  stop(): Promise<void>
}

/** pg_receivewal ends its file before it goes. */
const STOP_GRACE_MS = 5_000

/** The folder of a server's WAL within the spool. */
const folderOf = (spool: string, { systemId }: ServerFacts) => join(spool, systemId)

/** What the server is now, and where its WAL goes. @throws {UserError} where Postgres is away */
export async function lookAtSpool({ databaseUrl, spool }: ReceiverPlan): Promise<Spool> {
  const facts = await withServer(databaseUrl, factsOf)
  const folder = folderOf(spool, facts)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  return { folder, facts }
}

/** Whether the spool holds WAL of a timeline that the server has left: it was restored since. */
export async function isOfEarlierTimeline({ folder, facts }: Spool): Promise<boolean> {
  const files = (await readdir(folder)).filter((file) => isSegment(file) || isPartial(file))
  return files.some((file) => timelineOf(file) < facts.timeline)
}

/** Whether another server is the primary than the one whose WAL is received: it may live on, and nothing follows there. */
export async function hasFailedOver(plan: ReceiverPlan, { facts }: Spool): Promise<boolean> {
  const now = await withServer(plan.databaseUrl, factsOf)
  return now.systemId === facts.systemId && now.timeline > facts.timeline
}

/** Whether the server has removed WAL that was not received: then its slot is dropped, as nothing follows on it. */
export function wasCut({ databaseUrl, slot }: ReceiverPlan): Promise<boolean> {
  return withServer(databaseUrl, (sql) => dropCutSlot(sql, slot))
}

/** Only once all of it is stored: pg_receivewal would go on from it, where nothing follows. */
export async function emptySpool({ folder }: Spool): Promise<void> {
  for (const file of await readdir(folder)) await rm(join(folder, file))
}

/** Starts to receive, from where the spool ends, or else from where the slot does. */
export async function startReceiver(plan: ReceiverPlan, spool: Spool): Promise<Receiver> {
  const { databaseUrl, slot, log } = plan
  const tool = await clientTool("pg_receivewal", spool.facts.major)
  await withServer(databaseUrl, (sql) => ensureSlot(sql, slot))
  const command = [tool, "-D", spool.folder, "-S", slot, "--no-loop", "--no-password"]
  const child: SupervisedProcess = startSupervised(command, {
    env: await clientEnvironment(databaseUrl),
    onLine: (line) => log.warn({ line }, "pg_receivewal"),
  })
  return { ...spool, exited: child.exited, stop: async () => void (await child.stop(STOP_GRACE_MS)) }
}
