/** What the failure proof does to connections can be undone, whatever became of it meanwhile. By toxiproxy itself. */

import { afterAll, beforeAll, expect, test } from "bun:test"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type Link, Links } from "../../scripts/prove/system/links"

const scratch = mkdtempSync(join(tmpdir(), "tallyroom-links-"))
const server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response("here") })
let links: Links
let link: Link

beforeAll(async () => {
  links = await Links.start(join(scratch, "toxiproxy.log"))
  link = await links.lead("test → server", server.url.href)
})

afterAll(async () => {
  await links.stop()
  await server.stop(true)
  rmSync(scratch, { recursive: true, force: true })
})

const isThrough = async () => {
  const answer = await fetch(link.url(server.url.href), { signal: AbortSignal.timeout(300) }).catch(
    () => null,
  )
  return answer?.ok ?? false
}

test("a toxic is taken off again, also where the one before it is gone already", async () => {
  const silence = { type: "timeout", attributes: { timeout: 0 } } as const
  const delay = { type: "latency", attributes: { latency: 1, jitter: 0 } } as const
  const end = await link.spoil([
    { ...delay, stream: "upstream" },
    { ...silence, stream: "downstream" },
  ])
  expect(await isThrough()).toBe(false)
  await end()
  expect(await isThrough()).toBe(true)
  await end()
})
