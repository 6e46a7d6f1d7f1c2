import { afterAll, expect, test } from "bun:test"
import { mkdir, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { basename, join } from "node:path"
import { Elysia } from "elysia"
import { buildAssets } from "./assets"

// The folder is always the same, as builds are kept by the path of their sources.
const folder = join(tmpdir(), "tallyroom-assets-test")
await mkdir(folder, { recursive: true })
afterAll(() => rm(folder, { recursive: true }))

async function built(css: string) {
  await Promise.all([
    writeFile(join(folder, "page.css"), css),
    writeFile(join(folder, "live.ts"), "const text: string = 'hello'; console.log(text)"),
  ])
  const assets = await buildAssets({ entrypoints: [join(folder, "page.css"), join(folder, "live.ts")] })
  const app = new Elysia().use(assets.plugin)
  return { assets, app, get: (path: string) => app.handle(new Request(`http://localhost${path}`)) }
}

test("files are served under a name that changes with their content, for ever", async () => {
  const red = await built("body { color: red }")
  const response = await red.get(red.assets.asset("page.css"))
  expect(await response.text()).toContain("red")
  expect(response.headers.get("cache-control")).toBe("public, max-age=31536000, immutable")
  expect(await (await red.get(red.assets.asset("live.js"))).text()).toContain("hello")
  const blue = await built("body { color: blue }")
  expect(blue.assets.asset("page.css")).not.toBe(red.assets.asset("page.css"))
  expect(blue.assets.asset("live.js")).toBe(red.assets.asset("live.js"))
})

test("asking for an asset that was not built is an error", async () => {
  const { assets } = await built("")
  expect(() => assets.asset("pages.css")).toThrow("pages.css")
})

test.each(["/assets/..%2f..%2fetc%2fpasswd", "/assets/page.css", "/assets/"])(
  "%s leads nowhere",
  async (path) => {
    const { get } = await built("")
    expect((await get(path)).status).toBe(404)
  },
)

test("a folder that was built before is served as it is", async () => {
  await writeFile(join(folder, "page-0123abcd.css"), "b { color: red }")
  const assets = await buildAssets({ prebuilt: folder })
  expect(assets.asset("page.css")).toBe("/assets/page-0123abcd.css")
})

test.each([
  ["br, gzip", "br"],
  ["gzip, br;q=0", "gzip"],
  ["identity", null],
])("who accepts %s gets the encoding %p", async (accepted, encoding) => {
  const { assets, app } = await built("body { color: red }")
  const request = new Request(`http://localhost${assets.asset("page.css")}`, {
    headers: { "accept-encoding": accepted },
  })
  const response = await app.handle(request)
  expect(response.headers.get("content-encoding")).toBe(encoding)
  expect(response.headers.get("content-type")).toStartWith("text/css")
  expect(response.headers.get("vary")).toBe("Accept-Encoding")
  expect(response.headers.get("cache-control")).toContain("immutable")
})

test("what another process is writing into the folder is no asset", async () => {
  const draft = join(folder, "page-0123abcd.css.br.271108f9-1127-4eb3-9dad-5dc13fc1cf50")
  await writeFile(draft, "")
  const assets = await buildAssets({ prebuilt: folder })
  const answer = await new Elysia()
    .use(assets.plugin)
    .handle(new Request(`http://localhost/assets/${basename(draft)}`))
  expect(answer.status).toBe(404)
})
