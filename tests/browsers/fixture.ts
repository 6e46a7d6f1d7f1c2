/** A whole Tallyroom, with a proxy in front of vote and of result, for people at real browsers. */

import { beforeAll } from "bun:test"
import {
  ADMIN_TOKEN,
  startResultProcess,
  startVoteProcess,
  startWorkerProcess,
} from "../../scripts/services/apps/start-apps"
import { waitFor } from "../../scripts/services/wait"
import { makePollAt } from "../harness/control-room"
import { useStores } from "../harness/stores"
import { startTestProxy, type TestProxy } from "./test-proxy"

export type BrowserFixture = {
  vote: TestProxy
  result: TestProxy
  /** A page of another site, with this in its body. */
  site(content: string): string
  /** One-time codes of a poll. */
  codes(poll: string, count: number): Promise<string[]>
  /** Somebody else votes, without a browser. */
  cast(poll: string, option: string): Promise<void>
}

const POLLS = [
  { id: "first", policy: "final", confirm: false },
  { id: "swing", policy: "changeable" },
  { id: "cut", policy: "changeable" },
  { id: "busy", policy: "changeable" },
  { id: "live", policy: "changeable" },
  { id: "away", policy: "changeable" },
  { id: "framed", policy: "changeable" },
  { id: "club", policy: "changeable", eligibility: "code" },
  { id: "stage", policy: "changeable" },
  { id: "edited", policy: "changeable" },
  { id: "several", policy: "changeable", ballot: { method: "choose", max: "all" } },
]

/** Starts it before the tests of this file. @returns a function that gives it, once the tests run */
export function useBrowserFixture(): () => BrowserFixture {
  const stores = useStores()
  let fixture: BrowserFixture | undefined
  beforeAll(async () => {
    const [vote, result] = [await startTestProxy(stores()), await startTestProxy(stores())]
    const worker = await startWorkerProcess(stores())
    await worker.app.waitReady()
    const [voteApp, resultApp] = await Promise.all([
      startVoteProcess(stores(), { RESULT_URL: result.url, EMBED_ORIGINS: "http://localhost:*" }),
      startResultProcess(stores(), { VOTE_URL: vote.url, EMBED_ORIGINS: "http://localhost:*" }),
    ])
    vote.leadTo(voteApp.url)
    result.leadTo(resultApp.url)
    for (const poll of POLLS) await makePollAt(resultApp.url, poll)
    await waitFor("the vote app to know all polls", async () => {
      const answers = POLLS.map(({ id }) => fetch(`${voteApp.url}/api/polls/${id}`))
      return (await Promise.all(answers)).every(({ ok }) => ok)
    })
    const pages: string[] = []
    const site = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      fetch: ({ url }) => {
        const html = `<!doctype html><html lang="en"><title>Team</title><h1>Our team</h1>${pages[Number(new URL(url).pathname.slice(1))]}`
        return new Response(html, { headers: { "content-type": "text/html; charset=utf-8" } })
      },
    })
    stores().defer(() => site.stop(true))
    fixture = {
      ...{ vote, result },
      // Another site for the browser: localhost is not 127.0.0.1.
      site: (content) => `http://localhost:${site.port}/${pages.push(content) - 1}`,
      codes: (poll, count) => makeCodes(resultApp.url, poll, count),
      cast: (poll, option) => castAt(voteApp.url, poll, option),
    }
  }, 120_000)
  return () => {
    if (!fixture) throw new Error("the fixture is there only while tests run")
    return fixture
  }
}

async function makeCodes(url: string, poll: string, count: number): Promise<string[]> {
  const answer = await fetch(`${url}/api/polls/${poll}/codes`, {
    method: "POST",
    headers: { authorization: `Bearer ${ADMIN_TOKEN}`, "content-type": "application/json" },
    body: JSON.stringify({ count }),
  })
  if (!answer.ok) throw new Error(`the API answered ${answer.status}: ${await answer.text()}`)
  return ((await answer.json()) as { codes: string[] }).codes
}

async function castAt(url: string, poll: string, option: string): Promise<void> {
  const answer = await fetch(`${url}/api/polls/${poll}/votes`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ option }),
  })
  if (!answer.ok) throw new Error(`the vote app answered ${answer.status}: ${await answer.text()}`)
}
