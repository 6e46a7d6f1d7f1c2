/** Objects as they are stored: whole or not at all, compressed and encrypted, and found again. */

import { afterAll, describe, expect, test } from "bun:test"
import { mkdtempSync, readdirSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { generateIdentity, identityToRecipient } from "age-encryption"
import { folderStorage } from "./folder"
import { measure } from "./measure"
import { sealing, unsealed } from "./sealing"
import { type Bytes, onePiece, readWhole } from "./storage"

const folder = mkdtempSync(join(tmpdir(), "tallyroom-storage-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const storage = folderStorage(folder)

async function* breaking(): Bytes {
  yield Buffer.from("the first half")
  throw new Error("the source broke")
}

describe("a folder", () => {
  test("lists what was written, and nothing that was cut off", async () => {
    await storage.write("base/a/one", onePiece("1"))
    await storage.write("wal/two", onePiece("22"))
    await expect(storage.write("base/a/three", breaking())).rejects.toThrow("the source broke")
    expect((await storage.list("base/")).map(({ name, bytes }) => [name, bytes])).toEqual([["base/a/one", 1]])
    expect((await storage.list("")).map(({ name }) => name)).toEqual(["base/a/one", "wal/two"])
    expect(readdirSync(join(folder, "base/a"))).toEqual(["one"])
    await storage.remove("base/a/one")
    expect(await storage.list("base/")).toEqual([])
    await expect(readWhole(storage.read("base/a/one"))).rejects.toThrow("ENOENT")
  })
})

describe("what is sealed", () => {
  const text = "a vote for cats, and ".repeat(50_000)
  const identity = generateIdentity()

  test("is smaller, and comes back as it was", async () => {
    const { suffix, seal } = sealing([])
    const stored = await readWhole(seal(onePiece(text)))
    expect(stored.length).toBeLessThan(1_000)
    expect((await readWhole(unsealed(`x${suffix}`, onePiece(stored), ""))).toString()).toBe(text)
  })

  test("is opened by the key alone that it was encrypted to", async () => {
    const { suffix, seal } = sealing([await identityToRecipient(await identity)])
    const name = `x${suffix}`
    const stored = await readWhole(seal(onePiece(text)))
    expect(stored.includes("a vote for cats")).toBe(false)
    const open = (key: string) => readWhole(unsealed(name, onePiece(stored), key))
    expect((await open(await identity)).toString()).toBe(text)
    await expect(open("")).rejects.toThrow("x.zst.age is encrypted: set BACKUP_AGE_IDENTITY")
    await expect(open(await generateIdentity())).rejects.toThrow("is not the key that it needs")
  })

  test("fails where its source does, instead of ending early", async () => {
    const { seal } = sealing([await identityToRecipient(await identity)])
    await expect(readWhole(seal(breaking()))).rejects.toThrow("the source broke")
    await expect(readWhole(sealing([]).seal(breaking()))).rejects.toThrow("the source broke")
  })
})

test("a measure counts and digests all that was read through it", async () => {
  const measured = measure(onePiece("abc"))
  await readWhole(measured.content)
  expect(measured.result()).toEqual({
    bytes: 3,
    sha256: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
  })
})
