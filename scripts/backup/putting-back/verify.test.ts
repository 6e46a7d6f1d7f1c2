/** Backups whose objects were damaged where they lay. */

import { afterAll, expect, test } from "bun:test"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { folderStorage } from "../storage/folder"
import { measure } from "../storage/measure"
import { onePiece, readWhole } from "../storage/storage"
import { readVerified, verify } from "./verify"

const folder = mkdtempSync(join(tmpdir(), "tallyroom-verify-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const storage = folderStorage(folder)

async function store(name: string, text: string) {
  const measured = measure(onePiece(text))
  await storage.write(name, measured.content)
  return { name, ...measured.result() }
}

test("each object that was changed, cut short or removed is named before anything is restored", async () => {
  const [whole, changed, short, gone] = await Promise.all(
    ["whole", "changed", "short", "gone"].map((name) => store(name, "what was stored")),
  )
  if (!whole || !changed || !short || !gone) throw new Error("four were stored")
  await storage.write("changed", onePiece("what was st0red"))
  await storage.write("short", onePiece("what was"))
  await storage.remove("gone")
  let bytes = 0
  const count = (more: number) => {
    bytes += more
  }
  await verify(storage, [whole], count)
  expect(bytes).toBe(whole.bytes)
  await expect(verify(storage, [whole, changed, short, gone], count)).rejects.toThrow(
    "changed, short, gone are damaged or missing. Nothing was restored",
  )
  await expect(readWhole(readVerified(storage, changed, count))).rejects.toThrow("changed is damaged")
})

test("no more is read of an object than it is said to have", async () => {
  const stored = await store("endless", "x".repeat(1_000_000))
  let bytes = 0
  const short = { ...stored, bytes: 10 }
  const read = readWhole(
    readVerified(storage, short, (more) => {
      bytes += more
    }),
  )
  await expect(read).rejects.toThrow("endless is damaged: it has more than 10 bytes")
  expect(bytes).toBe(0)
})
