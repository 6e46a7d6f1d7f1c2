/** What check:cluster does with the addons backup.yaml and restore.yaml. */

import { castUntilTaken } from "../../../services/apps/voters"
import { type Addresses, readResults } from "../../../services/instance/instance"
import type { Checks } from "../../../services/terminal/checks"
import { UserError } from "../../../services/terminal/user-error"
import { auditPods } from "../audit"
import { untilGreen } from "../green"
import { applyBackup, listBackups, removeBackup, takeBackupNow, untilStored } from "./addon"
import { restoreAnew } from "./restore"
import { removeStorage, startStorage } from "./storage"

const GREEN_MS = 300_000
/** Before the backup that is restored, and after it: these are in the WAL alone. */
const VOTES_BEFORE = 10
const VOTES_AFTER = 10

/** Runs its steps up to the first that fails, and leaves everything for a look then. */
export async function backUpAndRestore(checks: Checks, instance: Addresses, poll: string): Promise<void> {
  const { say } = checks
  const steps: [string, () => Promise<string | undefined>][] = [
    [
      "the addon stores backups and WAL in an S3-compatible server, by TLS",
      () => backUp(instance, poll, say),
    ],
    ["Postgres is restored from there, without its data", () => restore(instance, poll, say)],
    ["audit after the restore: every accepted vote is counted once", auditPods],
    ["the addon goes, and its replication slot with it", goAway],
  ]
  for (const [name, step] of steps) if (!(await checks.check(name, step))) return
}

async function backUp(instance: Addresses, poll: string, say: (line: string) => void): Promise<string> {
  await untilGreen(GREEN_MS, say)
  const storage = await startStorage(say)
  await cast(instance, poll, VOTES_BEFORE)
  await applyBackup(storage)
  await takeBackupNow()
  return (await listBackups()).join("; ")
}

/** @throws {UserError} where there are other votes than before */
async function restore(instance: Addresses, poll: string, say: (line: string) => void): Promise<string> {
  await cast(instance, poll, VOTES_AFTER)
  await auditPods()
  await untilStored()
  const before = await votesShown(instance, poll)
  const ms = await restoreAnew(say)
  await auditPods()
  const after = await votesShown(instance, poll)
  if (after !== before) throw new UserError(`There were ${before} votes, and now there are ${after}.`)
  return `${after} votes before and after, Postgres back after ${(ms / 1000).toFixed(1)} s`
}

async function goAway(): Promise<string> {
  await removeBackup()
  await removeStorage()
  return "nothing of it is left"
}

async function cast({ voteUrl }: Addresses, poll: string, votes: number): Promise<void> {
  await Promise.all(Array.from({ length: votes }, () => castUntilTaken(voteUrl, poll, "a")))
}

async function votesShown(instance: Addresses, poll: string): Promise<number> {
  const results = await readResults(instance, poll)
  if (results?.total === undefined) throw new UserError(`Nobody may see the results of ${poll}.`)
  return results.total
}
