import { expect, test } from "bun:test"
import { connect } from "node:net"
import { join } from "node:path"
import { freePort } from "../../scripts/services/processes/ports"
import { waitFor } from "../../scripts/services/wait"
import { cookieOf, examplePoll, SECRETS, startVoteFixture } from "./testing/vote"

const MAIN = join(import.meta.dir, "main.ts")

function start(environment: Record<string, string>, descriptors?: number) {
  const limited = ["sh", "-c", `ulimit -n ${descriptors} && exec bun ${MAIN}`]
  return Bun.spawn(descriptors === undefined ? ["bun", MAIN] : limited, {
    env: { PATH: process.env.PATH ?? "", ...environment },
    stdout: "pipe",
    stderr: "pipe",
  })
}

test("a process with wrong settings names each of them in a line, and ends", async () => {
  const child = start({ PORT: "many", REDIS_URL: "localhost" })
  expect(await child.exited).toBe(2)
  expect(await new Response(child.stderr).text()).toMatch(/PORT="many"[\s\S]*REDIS_URL[\s\S]*VOTER_SECRETS/)
})

test("a process is ready once a worker has opened the inbox, takes votes, and stops within 10 s of SIGTERM", async () => {
  const fixture = await startVoteFixture()
  const [port, management] = [await freePort(), await freePort()]
  const child = start({
    PORT: String(port),
    MANAGEMENT_PORT: String(management),
    HOST: "127.0.0.1",
    MANAGEMENT_HOST: "127.0.0.1",
    REDIS_URL: fixture.server.voteUrl,
    VOTER_SECRETS: SECRETS.join(","),
    TRUSTED_PROXIES: "10.0.0.0/8, 192.0.2.7",
  })
  try {
    const ready = async () => await fetch(`http://127.0.0.1:${management}/readyz`).catch(() => undefined)
    const waiting = await waitFor("an answer", ready)
    expect(await waiting.json()).toMatchObject({ status: "waiting" })
    await fixture.writePolls(examplePoll({ isDefault: true }))
    await waitFor("readiness", async () => (await ready())?.ok)
    const page = await fetch(`http://127.0.0.1:${port}/`)
    expect(cookieOf(page)).toStartWith("tallyroom_visitor=")
  } finally {
    child.kill("SIGTERM")
    expect(await child.exited).toBe(0)
    await fixture.stop()
  }
  const log = await new Response(child.stdout).text()
  expect(log).not.toContain(SECRETS[0] ?? "")
  expect(log.match(/"level":"warn".*TRUSTED_PROXIES has \S+/g)).toEqual([
    expect.stringContaining("TRUSTED_PROXIES has 10.0.0.0/8:"),
  ])
})

test("a process asks for the polls when it starts, so that its first readiness check passes", async () => {
  const fixture = await startVoteFixture()
  await fixture.writePolls(examplePoll({ isDefault: true }))
  await fixture.admin.config("RESETSTAT")
  const management = await freePort()
  const child = start({
    ...{ PORT: String(await freePort()), MANAGEMENT_PORT: String(management) },
    ...{ HOST: "127.0.0.1", MANAGEMENT_HOST: "127.0.0.1" },
    ...{ REDIS_URL: fixture.server.voteUrl, VOTER_SECRETS: SECRETS.join(",") },
  })
  const listens = () => fetch(`http://127.0.0.1:${management}/livez`).then(({ ok }) => ok)
  try {
    await waitFor("its question", async () =>
      (await fixture.admin.info("commandstats")).includes("cmdstat_get:"),
    )
    await waitFor("its management port", () => listens().catch(() => false))
    expect((await fetch(`http://127.0.0.1:${management}/readyz`)).status).toBe(200)
  } finally {
    child.kill("SIGTERM")
    await child.exited
    await fixture.stop()
  }
})

const SLOW = "POST /polls/pets HTTP/1.1\r\nHost: vote.test\r\nContent-Length: 6\r\n\r\nv"

test("while connections that never end a request take all descriptors, both ports go on answering", async () => {
  const fixture = await startVoteFixture()
  await fixture.writePolls(examplePoll({ isDefault: true }))
  const [port, management] = [await freePort(), await freePort()]
  const stores = { REDIS_URL: fixture.server.voteUrl, VOTER_SECRETS: SECRETS.join(",") }
  const hosts = { HOST: "127.0.0.1", MANAGEMENT_HOST: "127.0.0.1" }
  const child = start({ ...hosts, ...stores, PORT: String(port), MANAGEMENT_PORT: String(management) }, 200)
  const isThere = (address: string) =>
    fetch(address, { headers: { connection: "close" }, signal: AbortSignal.timeout(2_000) }).then(
      ({ ok }) => ok,
      () => false,
    )
  const ready = `http://127.0.0.1:${management}/readyz`
  let cut = 0
  try {
    await waitFor("readiness", () => isThere(ready))
    const attackers = Array.from({ length: 800 }, (_, i) => {
      const socket = connect(port, "127.0.0.1", () => i % 2 === 0 && socket.write(SLOW))
      socket.on("error", () => {})
      socket.on("close", () => void cut++)
      return socket
    })
    await waitFor("connections to be cut", () => cut > 0, 5_000)
    await waitFor("the ballot", () => isThere(`http://127.0.0.1:${port}/polls/pets`), 5_000)
    await waitFor("the management port", () => isThere(ready), 5_000)
    const metrics = await (await fetch(`http://127.0.0.1:${management}/metrics`)).text()
    expect(metrics).toMatch(/tallyroom_connections_cut_total\{[^}]*why="descriptors"[^}]*\} [1-9]/)
    for (const socket of attackers) socket.destroy()
  } finally {
    child.kill("SIGTERM")
    expect(await child.exited).toBe(0)
    await fixture.stop()
  }
})
