import { beforeAll, describe, expect, test } from "bun:test"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import {
  type AppProcess,
  startResultProcess,
  startVoteProcess,
  startWorkerProcess,
} from "../../scripts/services/apps/start-apps"
import { outputOf } from "../../scripts/services/processes/output-of"
import { ensureTool } from "../../scripts/services/tools/tools"
import { waitFor } from "../../scripts/services/wait"
import { voteOnPage } from "../harness/ballot"
import { launchChromium } from "../harness/chromium"
import { useStores } from "../harness/stores"

const stores = useStores()
let vote: AppProcess
let result: AppProcess

beforeAll(async () => {
  const worker = await startWorkerProcess(stores())
  await worker.app.waitReady()
  result = await startResultProcess(stores())
  vote = await startVoteProcess(stores(), { RESULT_URL: result.url })
}, 60_000)

async function run(command: string[]): Promise<string> {
  const child = Bun.spawn(command, { stdout: "pipe", stderr: "pipe" })
  const { code, out, err } = await outputOf(child)
  if (code !== 0) throw new Error(`${command.join(" ")}: ${err}`)
  return out
}

async function votesFor(option: string): Promise<number> {
  const response = await fetch(`${result.url}/api/polls/cats-vs-dogs/results`)
  const { options } = (await response.json()) as { options: { id: string; votes: number }[] }
  return options.find(({ id }) => id === option)?.votes ?? -1
}

describe("tools that no one here wrote", () => {
  test("ab casts 1,000 votes as the README says, and each of them is counted", async () => {
    const dir = mkdtempSync(join(tmpdir(), "tallyroom-ab-"))
    stores().defer(() => rmSync(dir, { recursive: true, force: true }))
    await Bun.write(join(dir, "posta"), "vote=a")
    const type = "application/x-www-form-urlencoded"
    const before = await votesFor("a")
    const out = await run([
      ...[await ensureTool("ab"), "-n", "1000", "-c", "50", "-p", join(dir, "posta"), "-T", type],
      `${vote.url}/`,
    ])
    expect(out).toContain("Complete requests:      1000")
    expect(out).toContain("Failed requests:        0")
    // ab never sends a refused vote again: when the machine's disk stalls, some of the 1,000 get a 503.
    const refused = Number(/Non-2xx responses: +(\d+)/.exec(out)?.[1] ?? 0)
    expect(refused).toBeLessThan(500)
    const counted = before + 1_000 - refused
    await waitFor(`${counted} votes`, async () => (await votesFor("a")) === counted)
  }, 60_000)

  test("curl votes by form and by JSON, and gets its receipt looked up", async () => {
    const before = await votesFor("b")
    const curl = await ensureTool("curl")
    const page = await run([curl, "-s", "-w", "%{http_code}", "-d", "vote=b", `${vote.url}/`])
    expect(page).toMatch(/^Your vote for .* is accepted\. The receipt is [\w-]{54}\n201$/)
    const json = ["-H", "content-type: application/json", "-d", '{"option":"b"}']
    const api = `${vote.url}/api/polls/cats-vs-dogs/votes`
    const answer = JSON.parse(await run([curl, "-s", ...json, api]))
    expect(answer).toMatchObject({ status: "accepted", poll: "cats-vs-dogs", option: "b" })
    const receipt = `${result.url}/api/polls/cats-vs-dogs/receipts/${answer.receipt}`
    await waitFor("the ballot to be counted", async () => {
      return JSON.parse(await run([curl, "-s", receipt])).status === "counted"
    })
    await waitFor("two more votes", async () => (await votesFor("b")) === before + 2)
  }, 60_000)

  test("a browser clicks an option, and another sees the count move without reloading", async () => {
    const browser = await launchChromium()
    stores().defer(() => browser.close())
    const watcher = await browser.newPage()
    await watcher.goto(`${result.url}/`)
    const shown = watcher.locator('[data-option="a"] [data-part="votes"]')
    const count = async () => Number((await shown.textContent())?.replace(/\D/g, ""))
    const before = await count()
    const loads: string[] = []
    watcher.on("framenavigated", (frame) => loads.push(frame.url()))

    const voter = await (await browser.newContext()).newPage()
    await voter.goto(`${vote.url}/`)
    await voteOnPage(voter, "Cats")
    await voter.waitForLoadState()
    expect(await voter.locator("body").textContent()).toContain("Cats")

    await waitFor("the count to move", async () => (await count()) === before + 1)
    expect(loads).toEqual([])
  }, 60_000)
})
