import { expect, test } from "bun:test"
import { networkInterfaces } from "node:os"
import { join } from "node:path"

const program = (app: string) => join(import.meta.dir, "../../apps", app, "main.ts")

async function run(app: string, words: string[], env: Record<string, string> = {}) {
  const child = Bun.spawn([process.execPath, program(app), ...words], { env, stdout: "pipe", stderr: "pipe" })
  const [out, err, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ])
  return { out, err, code }
}

test("a program that is asked for an unknown subcommand names those that it has", async () => {
  const { code, err } = await run("vote", ["help"])
  expect(code).toBe(2)
  expect(err).toBe('tallyroom vote has no subcommand "help": choose from health, drain, or none to run it.\n')
})

test("health says whether the app is ready, and if not, why", async () => {
  let ready = true
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: ({ url }) =>
      new URL(url).pathname === "/livez" || ready
        ? new Response("fine")
        : new Response("waiting for Redis", { status: 503 }),
  })
  const env = { MANAGEMENT_PORT: String(server.port) }
  expect(await run("result", ["health"], env)).toMatchObject({ code: 0, err: "" })
  ready = false
  const unready = await run("result", ["health"], env)
  expect(unready).toMatchObject({ code: 1 })
  expect(unready.err).toContain("answers 503: waiting for Redis")
  expect(await run("result", ["health", "live"], env)).toMatchObject({ code: 0 })
  await server.stop(true)
  expect((await run("result", ["health"], env)).err).toContain("does not answer")
})

const hasIpv6 = Object.values(networkInterfaces()).some((addresses) =>
  addresses?.some(({ address }) => address === "::1"),
)

test.skipIf(!hasIpv6).each(["::", "::1", "[::1]"])("health finds an app that listens on %s", async (host) => {
  const server = Bun.serve({ port: 0, hostname: "::1", fetch: () => new Response("fine") })
  const env = { MANAGEMENT_HOST: host, MANAGEMENT_PORT: String(server.port) }
  expect(await run("vote", ["health"], env)).toMatchObject({ code: 0, err: "" })
  await server.stop(true)
})

test("no Secrets are made outside of a cluster", async () => {
  const { code, err } = await run("worker", ["credentials", "--kubernetes"])
  expect(code).toBe(1)
  expect(err).toStartWith("This is not a pod")
})

test("an audit with wrong settings says which are wrong and exits with 2", async () => {
  const { code, err } = await run("worker", ["audit"], { DATABASE_URL: "mysql://h" })
  expect(code).toBe(2)
  expect(err).toContain("DATABASE_URL is wrong")
})
