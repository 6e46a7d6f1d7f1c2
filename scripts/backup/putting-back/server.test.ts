/** A tar in which somebody who may write where backups lie has put what leads out of the folder. */

import { afterAll, describe, expect, test } from "bun:test"
import {
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { UserError } from "../../services/terminal/user-error"
import { folderStorage } from "../storage/folder"
import { measure } from "../storage/measure"
import { sealing } from "../storage/sealing"
import { onePiece } from "../storage/storage"
import type { RestorePlan } from "./plan"
import { restoreServer } from "./server"

const root = mkdtempSync(join(tmpdir(), "tallyroom-hostile-tar-"))
afterAll(() => rmSync(root, { recursive: true, force: true }))
const storage = folderStorage(join(root, "stored"))
const victim = join(root, "victim")

/** A tar of what `fill` puts into a folder, and behind it of what `fillLater` does, which may have the same names. */
function tarOf(fill: (folder: string) => void, fillLater?: (folder: string) => void): Buffer {
  const file = join(root, "hostile.tar")
  for (const [mode, each] of [["-c", fill] as const, ["-r", fillLater] as const]) {
    if (!each) continue
    const folder = mkdtempSync(join(root, "tar-"))
    writeFileSync(join(folder, "PG_VERSION"), "15\n")
    each(folder)
    const { exitCode, stderr } = Bun.spawnSync(["tar", mode, "-f", file, "-C", folder, "."])
    if (exitCode !== 0) throw new Error(stderr.toString())
  }
  return readFileSync(file)
}

async function planOf(tar: Buffer): Promise<RestorePlan> {
  const sealed = measure(sealing([]).seal(onePiece(tar)))
  const name = "base/hostile/base.tar.zst"
  await storage.write(name, sealed.content)
  const object = { name, ...sealed.result() }
  const base = { object, timeline: 1, start: "0/2000028", end: "0/2000028", segmentBytes: 16 << 20 }
  const time = "2026-11-29T00:00:00Z"
  const about = { format: 1 as const, id: "hostile", systemId: "1", major: 15, version: "15.18", dump: null }
  return { manifest: { ...about, startedAt: time, finishedAt: time, base }, base, wal: [], to: null }
}

const restore = (plan: RestorePlan, folder = join(root, "restored")) =>
  restoreServer(plan, { storage, identity: "", folder, onBytes: () => {} })

describe("a base backup is refused, and nothing outside is touched,", () => {
  const hostile: [string, () => Buffer, RegExp?][] = [
    [
      "where the settings that a restore writes are a link",
      () => tarOf((folder) => symlinkSync(victim, join(folder, "postgresql.auto.conf"))),
    ],
    [
      "where a link leads to another user's file",
      () => tarOf((folder) => symlinkSync("/etc/passwd", join(folder, "pg_ident.conf"))),
    ],
    [
      "where one file has two names",
      () => tarOf((folder) => linkSync(join(folder, "PG_VERSION"), join(folder, "postgresql.conf"))),
    ],
    [
      "where files are to go through a link",
      () =>
        tarOf(
          (folder) => symlinkSync(root, join(folder, "pg_wal")),
          (folder) => {
            mkdirSync(join(folder, "pg_wal"))
            writeFileSync(join(folder, "pg_wal", "victim"), "overwritten")
          },
        ),
      // GNU tar makes such a link last. Where the folder in its place got another inode than it had kept for the link, it leaves
      // the folder, whose files lead nowhere, and says nothing: then it is the missing manifest that is refused.
      /tar failed|pg_verifybackup/,
    ],
  ]
  for (const [what, tar, refusal = /which is no plain file|tar failed/] of hostile)
    test(what, async () => {
      writeFileSync(victim, "as it was")
      const plan = await planOf(tar())
      await expect(restore(plan)).rejects.toThrow(refusal)
      expect(readFileSync(victim, "utf8")).toBe("as it was")
      expect(readdirSync(root).filter((name) => name.startsWith("restored"))).toEqual([])
    })
})

test("a place that can't be written to is named, with what to do", async () => {
  const file = join(root, "no-folder")
  writeFileSync(file, "")
  const failure = await restore(await planOf(tarOf(() => {})), join(file, "pgdata")).catch(
    (it: unknown) => it,
  )
  expect(failure).toBeInstanceOf(UserError)
  expect((failure as UserError).message).toStartWith(`${file} can't be written to: ENOTDIR`)
  expect((failure as UserError).message).toContain("Give that folder to the user who restores")
})
