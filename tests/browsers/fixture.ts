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
  /** Somebody else votes, without a browser: for an option, or whatever else the API takes. */
  cast(poll: string, says: string | object): Promise<void>
}

const POLLS = [
  { id: "first", policy: "final", confirm: false },
  { id: "swing", policy: "changeable" },
  { id: "cut", policy: "changeable" },
  { id: "busy", policy: "changeable" },
  { id: "live", policy: "changeable" },
  { id: "away", policy: "changeable" },
  { id: "blocked", policy: "changeable" },
  { id: "framed", policy: "changeable" },
  { id: "club", policy: "changeable", eligibility: "code" },
  { id: "stage", policy: "changeable" },
  { id: "edited", policy: "changeable" },
  { id: "several", policy: "changeable", ballot: { method: "choose", max: "all" } },
]

/** A poll of each method: for people with scripts, for people without, and for viewers. */
const METHOD_POLLS = ["", "-plain", "-live"].flatMap((name) => [
  ofThree({ id: `two${name}`, ballot: { method: "choose", max: 2, abstain: true } }),
  ofThree({ id: `ranked${name}`, ballot: { method: "rank" } }),
  ofThree({ id: `rated${name}`, ballot: { method: "rate", highest: 10 } }),
  ofThree({ id: `motions${name}`, ballot: { method: "decide" } }),
])
const LONG_POLL = {
  ...{ id: "long", policy: "changeable", ballot: { method: "rank" } },
  options: Array.from("ABCDEFGHIJ", (letter) => ({ id: letter.toLowerCase(), label: `Option ${letter}` })),
}

function ofThree(poll: { id: string; ballot: object }) {
  const options = ["Ann", "Bob", "Cem"].map((label) => ({ id: label.toLowerCase(), label }))
  return { ...poll, options, policy: "changeable" }
}

/**
 * Starts it before the tests of this file.
 * @param methods whether it has polls of every method
 * @returns a function that gives it, once the tests run
 */
export function useBrowserFixture({ methods }: { methods: boolean }): () => BrowserFixture {
  const polls = methods ? [...POLLS, ...METHOD_POLLS, LONG_POLL] : POLLS
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
    for (const poll of polls) await makePollAt(resultApp.url, poll)
    await waitFor("the vote app to know all polls", async () => {
      const answers = polls.map(({ id }) => fetch(`${voteApp.url}/api/polls/${id}`))
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
      cast: (poll, says) => castAt(voteApp.url, poll, typeof says === "string" ? { option: says } : says),
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

async function castAt(url: string, poll: string, says: object): Promise<void> {
  const answer = await fetch(`${url}/api/polls/${poll}/votes`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(says),
  })
  if (!answer.ok) throw new Error(`the vote app answered ${answer.status}: ${await answer.text()}`)
}
