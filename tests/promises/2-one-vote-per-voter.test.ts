import { beforeAll, describe, expect, test } from "bun:test"
import { connect } from "node:net"
import { auditPolls } from "../../apps/worker/audit/audit"
import { type AppProcess, startVoteProcess } from "../../scripts/services/apps/start-apps"
import { castOnce, castUntilAnswered, crowd, person } from "../../scripts/services/apps/voters"
import { startWorker } from "../../scripts/services/apps/worker-in-process"
import { waitFor } from "../../scripts/services/wait"
import { becomes } from "../harness/becomes"
import { useStores } from "../harness/stores"
import { openBooth, openPoll } from "../harness/tallyroom"

const POLL = "cats-vs-dogs"
const stores = useStores()
let votes: AppProcess[]
let at: Awaited<ReturnType<typeof startWorker>>

beforeAll(async () => {
  at = await startWorker(stores())
  votes = await Promise.all([startVoteProcess(stores()), startVoteProcess(stores())])
})

const urls = () => votes.map(({ url }) => url)

describe("promise 2: one vote per voter and poll", () => {
  test("of 200 votes that one voter sends at once over two vote processes, exactly one counts", async () => {
    const who = person()
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, i) =>
        castUntilAnswered([urls()[i % 2] ?? ""], POLL, who, i % 5 ? "a" : "b"),
      ),
    )
    const statuses = answers.map(({ status }) => status)
    expect(statuses.filter((status) => status === 201)).toHaveLength(1)
    expect(statuses.filter((status) => ![200, 201, 409].includes(status))).toEqual([])
    expect(new Set(answers.map(({ body }) => body.receipt)).size).toBe(1)
    await waitFor("the vote to be counted", async () => {
      const [row] = await at.sql`SELECT count(*)::integer AS n FROM votes`
      return row?.n === 1
    })
  })

  test("nobody votes twice after Redis was wiped in the middle of a flood", async () => {
    const booth = await openBooth(stores())
    const people = Array.from({ length: 400 }, person)
    await crowd(people.length, 32, async (i) => {
      await castUntilAnswered(urls(), POLL, people[i] ?? "", "a")
    })
    await waitFor("all to be counted", async () => {
      const [row] = await at.sql`SELECT count(*)::integer AS n FROM votes`
      return row?.n === 401
    })
    await booth.redis.flushall()
    const statuses = new Set<number>()
    await crowd(people.length, 32, async (i) => {
      const { status } = await castUntilAnswered(urls(), POLL, people[i] ?? "", i % 2 ? "a" : "b")
      statuses.add(status)
    })
    expect([...statuses].sort()).toEqual([200, 409])
    const [books] = await auditPolls(at.sql, booth.redis)
    expect(books).toMatchObject({ accepted: 401, counted: 401, recount: 401, late: 0, lost: 0, faults: [] })
  })
})

describe("promise 2: where votes may be changed, the last word of a voter stands", () => {
  const SWING = "swing"

  beforeAll(async () => {
    const { redis } = await openBooth(stores())
    await openPoll(at.sql, redis, SWING, { policy: "changeable" })
  })

  const cast = async (vote: AppProcess, who: string, option: string, replaces: string) => {
    const response = await castOnce(vote.url, SWING, who, option, replaces)
    const body = (await response?.json()) as { receipt?: string; option?: string; type?: string }
    return { ...body, status: response?.status }
  }

  /** Halts the first vote process, so that what is sent to it comes late, until `work` is done by the other. */
  const whileHalted = async (work: (halted: AppProcess, other: AppProcess) => Promise<void>) => {
    const [halted, other] = votes
    if (!halted || !other) throw new Error("there must be two vote processes")
    process.kill(halted.app.pid, "SIGSTOP")
    await work(halted, other).finally(() => process.kill(halted.app.pid, "SIGCONT"))
    return halted
  }

  /** Sends a ballot, and closes the connection as soon as the ballot is on its way. */
  const castAndHangUp = async (url: string, who: string, option: string) => {
    const { host, hostname, port } = new URL(url)
    const body = JSON.stringify({ option })
    const head = [
      `POST /api/polls/${SWING}/votes HTTP/1.1`,
      `host: ${host}`,
      `idempotency-key: ${who}`,
      "content-type: application/json",
      `content-length: ${body.length}`,
    ]
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const socket = connect({ host: hostname, port: Number(port) })
    socket.on("error", reject)
    socket.write(`${head.join("\r\n")}\r\n\r\n${body}`, () => resolve())
    await promise
    socket.destroy()
  }

  const untilStanding = (counted: Record<string, number>) =>
    becomes(async () => {
      const rows = await at.sql`
        SELECT option, count(*)::integer AS n FROM votes JOIN polls ON number = poll WHERE id = ${SWING} GROUP BY option`
      return Object.fromEntries(rows.map(({ option, n }) => [option, n]))
    }, counted)

  test("a ballot that its voter has overtaken changes nothing, and is answered with the vote that stands", async () => {
    const who = person()
    const a = await castUntilAnswered(urls(), SWING, who, "a")
    let late: ReturnType<typeof cast> | undefined
    let c: Awaited<ReturnType<typeof cast>> | undefined
    await whileHalted(async (halted, other) => {
      late = cast(halted, who, "b", a.body.receipt ?? "")
      const b = await cast(other, who, "b", a.body.receipt ?? "")
      expect(b.status).toBe(201)
      c = await cast(other, who, "c", b.receipt ?? "")
      expect(c.status).toBe(201)
    })
    const standing = { option: "c", receipt: c?.receipt ?? "none" }
    expect(await late).toMatchObject({ status: 409, type: "/problems/vote-changed", ...standing })
    await untilStanding({ c: 1 })
  })

  test("a first vote that comes late changes nothing, and the same ballot again is safe", async () => {
    const who = person()
    let late: ReturnType<typeof cast> | undefined
    await whileHalted(async (halted, other) => {
      late = cast(halted, who, "b", "none")
      const b = await cast(other, who, "b", "none")
      expect(b.status).toBe(201)
      expect(await cast(other, who, "b", "none")).toMatchObject({ status: 200, receipt: b.receipt ?? "" })
      expect((await cast(other, who, "a", b.receipt ?? "")).status).toBe(201)
    })
    expect(await late).toMatchObject({ status: 409, option: "a" })
    await untilStanding({ a: 1, c: 1 })
  })

  test("ballots whose clients have hung up are not taken", async () => {
    const people = Array.from({ length: 20 }, person)
    const halted = await whileHalted(async ({ url }, other) => {
      await Promise.all(people.map((who) => castAndHangUp(url, who, "b")))
      await crowd(people.length, people.length, async (i) => {
        for (const option of ["b", "c"]) await castUntilAnswered([other.url], SWING, people[i] ?? "", option)
      })
    })
    await becomes(async () => {
      const metrics = await (await fetch(`${halted.managementUrl}/metrics`)).text()
      return /^tallyroom_vote_ballots_total\{answer="client-gone".*\} 20$/m.test(metrics)
    }, true)
    await untilStanding({ a: 1, c: 21 })
  })
})
