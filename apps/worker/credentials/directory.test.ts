import { afterEach, beforeEach, expect, test } from "bun:test"
import { mkdtemp, readdir, readFile, rm, stat, unlink, utimes, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { ensureFiles } from "./directory"
import { scramVerifier } from "./scram-verifier"

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "tallyroom-credentials-"))
})
afterEach(() => rm(dir, { recursive: true, force: true }))

async function contents(): Promise<Record<string, string>> {
  const files = await readdir(dir, { recursive: true, withFileTypes: true })
  const texts = files
    .filter((entry) => entry.isFile())
    .map(async (entry) => {
      const path = join(entry.parentPath, entry.name)
      return [path.slice(dir.length + 1), await readFile(path, "utf8")] as const
    })
  return Object.fromEntries(await Promise.all(texts))
}

test("every service gets its own files, which fit each other", async () => {
  const made = await ensureFiles(dir)
  const files = await contents()
  expect(Object.keys(files).sort()).toEqual([...made, "root/root"].sort())
  const password = new URL(files["worker/database_url"] ?? "").password
  const roles = files["postgres/roles.sql"] ?? ""
  const verifier = /tallyroom_worker LOGIN .* PASSWORD '(.*)'/.exec(roles)?.[1] ?? ""
  const salt = Buffer.from(/:(.*?)\$/.exec(verifier)?.[1] ?? "", "base64")
  expect([salt.length, verifier]).toEqual([24, scramVerifier(password, salt)])
  expect(files["result/admin_token"]?.length).toBeGreaterThanOrEqual(24)
})

test("on a machine without containers every store is on it, and no group can read a file", async () => {
  const made = await ensureFiles(dir, { local: true })
  const files = await contents()
  const urls = ["vote/redis_url", "worker/redis_url", "worker/database_url", "result/database_url"]
  expect(urls.map((file) => new URL(files[file] ?? "").hostname)).toEqual(urls.map(() => "127.0.0.1"))
  for (const file of made) {
    const { mode, gid } = await stat(join(dir, file))
    expect([mode & 0o777, gid]).toEqual([0o400, process.getgid?.() ?? -1])
  }
})

test("a second run changes nothing, and a lost file comes back as it was", async () => {
  await ensureFiles(dir)
  const before = await contents()
  expect(await ensureFiles(dir)).toEqual([])
  await unlink(join(dir, "vote/voter_secrets"))
  expect(await ensureFiles(dir)).toEqual(["vote/voter_secrets"])
  expect(await contents()).toEqual(before)
})

test("a file that a person put in its place stays", async () => {
  await ensureFiles(dir)
  await unlink(join(dir, "result/admin_token"))
  await writeFile(join(dir, "result/admin_token"), "a token of my own, long enough")
  await ensureFiles(dir)
  expect(await readFile(join(dir, "result/admin_token"), "utf8")).toBe("a token of my own, long enough")
})

test("a run finishes the files of one that was cut off", async () => {
  await ensureFiles(dir)
  const whole = await contents()
  await unlink(join(dir, "redis/users.acl"))
  const cutOff = join(dir, "redis/users.acl.1.unfinished")
  await writeFile(cutOff, "user adm")
  await utimes(cutOff, 1, 1)
  await ensureFiles(dir)
  expect(await contents()).toEqual(whole)
})

test("nothing is made when the root of the files that are there is missing", async () => {
  await ensureFiles(dir)
  await unlink(join(dir, "root/root"))
  const before = await contents()
  expect(ensureFiles(dir)).rejects.toThrow("root/root is missing")
  expect(await contents()).toEqual(before)
})

test("only its service can read a file, and no service can read the root", async () => {
  await ensureFiles(dir)
  const mode = async (file: string) => ((await stat(join(dir, file))).mode & 0o777).toString(8)
  expect(await mode("vote")).toBe("750")
  expect(await mode("vote/redis_url")).toBe("440")
  expect(await mode("root")).toBe("700")
  expect(await mode("root/root")).toBe("400")
})

test("many runs at once make the same files as one", async () => {
  for (let round = 0; round < 20; round++) {
    const runs = await Promise.all(Array.from({ length: 6 }, () => ensureFiles(dir)))
    const files = await contents()
    expect(runs.flat().sort()).toEqual(
      Object.keys(files)
        .filter((name) => name !== "root/root")
        .sort(),
    )
    expect(files["root/root"]).toMatch(/^[0-9a-f]{64}$/)
    expect(await ensureFiles(dir)).toEqual([])
    await rm(dir, { recursive: true })
  }
})

test.each(["", "x", "0".repeat(63)])("nothing is made from the damaged root %j", async (root) => {
  await ensureFiles(dir)
  await rm(join(dir, "root/root"))
  await writeFile(join(dir, "root/root"), root)
  await unlink(join(dir, "vote/voter_secrets"))
  expect(ensureFiles(dir)).rejects.toThrow("is damaged")
})

test("nothing is made from another root than that of the files", async () => {
  await ensureFiles(dir)
  await rm(join(dir, "root/root"))
  await writeFile(join(dir, "root/root"), "0".repeat(64))
  await unlink(join(dir, "vote/voter_secrets"))
  expect(ensureFiles(dir)).rejects.toThrow("does not follow from")
  expect((await contents())["vote/voter_secrets"]).toBeUndefined()
})
