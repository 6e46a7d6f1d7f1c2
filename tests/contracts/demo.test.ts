/** What `bun run demo --contracts --inbox …` starts, with data of its own. */

import { afterAll, expect, setDefaultTimeout, test } from "bun:test"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { INBOX_LIMITS } from "@tallyroom/lib/inbox/brokers"
import type { Subprocess } from "bun"
import { openOutput } from "../../scripts/services/processes/output-file"
import { freePort } from "../../scripts/services/processes/ports"
import { descendants } from "../../scripts/services/processes/process-table"
import { contractUrls } from "../../scripts/services/stack/contracts"
import { assertOneInbox, assertSameInbox, noteInbox } from "../../scripts/services/stack/inbox"
import type { RunningDemo } from "../../scripts/services/stack/running-demo"
import { waitFor } from "../../scripts/services/wait"
import { outputOfScript } from "../harness/scripts"
import { untilVotes } from "./family"

setDefaultTimeout(120_000)

const stateDir = mkdtempSync(join(tmpdir(), "tallyroom-demo-"))
const children: Subprocess[] = []
afterAll(async () => {
  for (const child of children) child.kill("SIGTERM")
  await Promise.all(children.map((child) => child.exited))
  rmSync(stateDir, { recursive: true, force: true })
})

async function freePorts(): Promise<Record<string, string>> {
  const names = ["VOTE_PORT", "RESULT_PORT", "PETS_VOTE_PORT", "PETS_RESULT_PORT", "POSTS_PORT"]
  const ports: [string, string][] = []
  for (const name of names) ports.push([name, String(await freePort())])
  return Object.fromEntries(ports)
}

async function startDemo() {
  const said: string[] = []
  const { promise, resolve, reject } = Promise.withResolvers<RunningDemo>()
  const [printed, errors] = [
    openOutput((line) => resolve(JSON.parse(line))),
    openOutput((line) => said.push(line)),
  ]
  const child = Bun.spawn([process.execPath, join(import.meta.dir, "demo-process.ts"), stateDir], {
    env: { ...process.env, ...(await freePorts()) },
    stdout: printed.fd,
    stderr: errors.fd,
  })
  children.push(child)
  const why = (code: number) => `the demo ended with ${code} before it was ready: ${said.join("\n")}`
  void child.exited.then((code) => {
    printed.end()
    errors.end()
    reject(new Error(why(code)))
  })
  return { child, said, running: await promise }
}

async function runs(script: string, words: string[], env: Record<string, string> = {}) {
  const { code, out, err } = await outputOfScript(script, words, env)
  return { code, said: out + err }
}

/** The first program that the demo runs whose command line holds this text. */
function pidOf(demo: number, text: string): number {
  const pid = descendants(demo).find((it) => readFileSync(`/proc/${it}/cmdline`, "utf8").includes(text))
  if (pid === undefined) throw new Error(`the demo runs no ${text}`)
  return pid
}

test("every contract is answered at once, over a broker of its own, each part that is killed comes back, and the books of all balance", async () => {
  const demo = await startDemo()
  const { voteUrl, resultUrl, redisUrl, databaseUrl, inboxUrl = "", contracts } = demo.running
  expect(inboxUrl).toStartWith("nats://")
  expect(demo.said).toContain(INBOX_LIMITS.nats)
  expect(readFileSync(join(stateDir, "logs/worker.log"), "utf8")).toContain(INBOX_LIMITS.nats)
  const post = (url: string, body: string, type: string, headers: Record<string, string> = {}) =>
    fetch(url, {
      method: "POST",
      body,
      headers: { "content-type": type, accept: "application/json", ...headers },
    })
  const votes = [
    await post(voteUrl, "vote=a", "application/x-www-form-urlencoded"),
    await post(`${contracts?.petsVoteUrl}/vote`, '{"pet":"cats"}', "application/json"),
    await post(`${contracts?.postsUrl}/vote`, '{"postId":348,"score":-1}', "application/json"),
  ]
  expect(votes.map(({ status }) => status)).toEqual([201, 200, 201])
  await untilVotes(resultUrl, "cats-vs-dogs", { a: 1, b: 0 })
  await untilVotes(contracts?.petsResultUrl ?? "", "pets", { dogs: 0, cats: 1, lizards: 0 })
  await untilVotes(resultUrl, "post-348", { upvote: 0, downvote: 1 })

  for (const program of [
    ...["apps/worker/main.ts", "apps/result/main.ts", "nats-server", "redis-server"],
    join(stateDir, "postgres"),
  ]) {
    const told = demo.said.length
    process.kill(pidOf(demo.child.pid, program), "SIGKILL")
    const ended = /^(.+) ended unexpectedly \(killed by SIGKILL\): starting it again\.$/
    const name = () => demo.said.slice(told).flatMap((line) => ended.exec(line)?.[1] ?? [])[0]
    await waitFor(`${program} to be back`, () => demo.said.slice(told).includes(`${name()} is back.`), 60_000)
  }
  // All tries have the same voter: a ballot may have been accepted although its answer was lost.
  const voter = { "idempotency-key": crypto.randomUUID() }
  await waitFor("a vote to be accepted after all that", async () => {
    return (await post(voteUrl, "vote=b", "application/x-www-form-urlencoded", voter)).ok
  })
  await untilVotes(resultUrl, "cats-vs-dogs", { a: 1, b: 1 })

  const env = { REDIS_URL: redisUrl, DATABASE_URL: databaseUrl, INBOX_URL: inboxUrl }
  const { code, said } = await runs("scripts/data/audit.ts", ["--wait"], env)
  expect([said, code]).toEqual([expect.stringContaining("The books balance."), 0])
  demo.child.kill("SIGTERM")
  expect(await demo.child.exited).toBe(0)
  await expect(fetch(voteUrl)).rejects.toThrow()

  expect(readFileSync(join(stateDir, "logs/nats.log"), "utf8")).toContain("Server is ready")
  expect(() => assertSameInbox(stateDir, "nats")).not.toThrow()
  expect(() => assertSameInbox(stateDir, "redis")).toThrow("the inbox nats: start with --inbox nats, or")
})

test("data of another inbox is reported before anything starts, with both ways out", () => {
  const dir = mkdtempSync(join(stateDir, "redis-"))
  expect(() => assertSameInbox(dir, "rabbitmq")).not.toThrow()
  noteInbox(dir, "redis")
  expect(() => assertSameInbox(dir, "redis")).not.toThrow()
  expect(() => assertSameInbox(dir, "rabbitmq")).toThrow(
    "the inbox redis: start without --inbox and INBOX_URL as before, or with --fresh",
  )
})

test("an unknown inbox is refused in one sentence, and nothing starts", async () => {
  for (const words of [["--inbox", "kafka"], ["--inbox=kafka"]]) {
    const told = { code: 2, said: "--inbox takes nats or rabbitmq, not kafka.\n" }
    expect(await runs("scripts/run/demo.ts", words)).toEqual(told)
  }
  expect(await runs("scripts/run/demo.ts", ["--inbox"])).toEqual({
    code: 2,
    said: "--inbox takes nats or rabbitmq.\n",
  })
  expect(() => assertOneInbox("nats", "nats://localhost:4222")).toThrow("leave --inbox nats out")
  expect(() => assertOneInbox(undefined, "redis://localhost:6379")).toThrow("set REDIS_URL")
  expect(() => assertOneInbox(undefined, "localhost")).toThrow("is not an address")
  expect(() => assertOneInbox("rabbitmq", "")).not.toThrow()
})

test("a port that two pages would share, or that is no port, is reported with the settings to change", async () => {
  const ports = await freePorts()
  const shared = { ...ports, POSTS_PORT: ports.PETS_VOTE_PORT }
  await expect(contractUrls(shared, [])).rejects.toThrow("PETS_RESULT_PORT and POSTS_PORT apart")
  await expect(contractUrls(ports, [Number(ports.POSTS_PORT)])).rejects.toThrow("Two pages share a port")
  await expect(contractUrls({ ...ports, POSTS_PORT: "0" }, [])).rejects.toThrow("POSTS_PORT")
})
