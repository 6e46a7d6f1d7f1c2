import { expect, test } from "bun:test"
import { mkdir, mkdtemp, readdir, rm, utimes } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"

/** In a process of its own, as the cache's place is read once. */
const ASK = `
  import { cached } from "${import.meta.dir}/cache"
  await cached("tools/k6-v9", async (draft) => {
    await Bun.write(draft + "/k6", "whole")
    if (process.argv.includes("fail")) throw new Error("no")
  })`

test("drafts that killed builds left are removed by the next build, and drafts in the making stay", async () => {
  const cache = await mkdtemp(join(tmpdir(), "cache-"))
  const tools = join(cache, "tallyroom/tools")
  const ask = (...words: string[]) =>
    Bun.spawn([process.execPath, "-e", ASK, ...words], {
      env: { ...process.env, XDG_CACHE_HOME: cache },
      stderr: "ignore",
    }).exited
  const begun = async (name: string, minutesAgo: number) => {
    const draft = `${name}.${crypto.randomUUID()}`
    await mkdir(join(tools, draft, "pkg"), { recursive: true })
    const then = new Date(Date.now() - minutesAgo * 60_000)
    await utimes(join(tools, draft), then, then)
    return draft
  }
  await begun("k6-v8", 61)
  const young = await begun("k6-v9", 59)
  expect(await ask("fail")).not.toBe(0)
  expect(await readdir(tools)).toEqual([young])
  expect(await ask()).toBe(0)
  await begun("k6-v9", 100_000)
  expect(await ask()).toBe(0)
  expect((await readdir(tools)).sort()).toEqual(["k6-v9", young])
  await rm(cache, { recursive: true })
})
