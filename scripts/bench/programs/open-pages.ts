/**
 * Ballot pages that are open and in sight: each asks how its poll stands when it was told to, as the page's own script does. They
 * share some connections, as behind a proxy.
 */

import { z } from "zod"
import { POLL_INTERVAL } from "../../../apps/vote/polls/asking-answers"
import { ASK_MS } from "../../../apps/vote/polls/asking-pace"
import { clock } from "../figures/clock"
import { type Connection, openConnections } from "./connections"
import type { HttpAnswer } from "./http-answer"
import { answer, readInput } from "./program"

export const openPagesInput = z.object({
  url: z.url(),
  /** What they ask for. */
  path: z.string(),
  pages: z.number(),
  seconds: z.number(),
})

export const openPagesResult = z.object({
  /** Questions that were answered, in each second. */
  answered: z.array(z.number()),
  /** The longest interval that a page was told in each of these (ms). */
  longest: z.array(z.number()),
  /** How often a question was refused. */
  refused: z.number(),
  /** The phases of the poll as they were told: how many pages have heard of each, and when the last of them did, by clock(). */
  heard: z.array(z.object({ phase: z.string(), pages: z.number(), lastAt: z.number() })),
})
type Result = z.infer<typeof openPagesResult>

const CONNECTIONS = 128
const INTERVAL = new RegExp(`\\r\\n${POLL_INTERVAL}: (\\d+)`, "i")

/** @property phase that it has heard last */
type Page = { phase: string }

class OpenPages {
  private free: Connection<Page>[] = []
  /** Pages that wait for a connection. */
  private readonly due: Page[] = []
  private readonly request: string
  private startedAt = 0
  private readonly answered: number[] = []
  private readonly longest: number[] = []
  private readonly heard: Result["heard"] = []
  private refused = 0

  constructor(private readonly input: z.infer<typeof openPagesInput>) {
    const { url, path } = input
    this.request = [
      `GET ${path} HTTP/1.1`,
      `Host: ${new URL(url).host}`,
      "Accept-Encoding: gzip, deflate, br\r\n\r\n",
    ].join("\r\n")
  }

  async run(): Promise<Result> {
    const { url, pages, seconds } = this.input
    this.free = await openConnections<Page>(url, CONNECTIONS, this.onAnswer.bind(this))
    this.startedAt = clock()
    for (let i = 0; i < pages; i++) this.askIn(ASK_MS * Math.random(), { phase: "" })
    await Bun.sleep(seconds * 1_000)
    const bySecond = (of: readonly number[]) =>
      Array.from({ length: seconds }, (_, second) => of[second] ?? 0)
    return {
      ...{ answered: bySecond(this.answered), longest: bySecond(this.longest) },
      ...{ refused: this.refused, heard: this.heard },
    }
  }

  private askIn(ms: number, page: Page): void {
    setTimeout(() => {
      this.due.push(page)
      this.sendDue()
    }, ms)
  }

  private sendDue(): void {
    while (this.due.length > 0 && this.free.length > 0) {
      const [page, socket] = [this.due.shift(), this.free.pop()]
      if (!page || !socket) return
      socket.data.sender = page
      socket.write(this.request)
    }
  }

  private onAnswer(socket: Connection<Page>, page: Page, { status, head, body }: HttpAnswer): void {
    this.free.push(socket)
    const interval = Number(INTERVAL.exec(head)?.[1] ?? ASK_MS)
    if (status === "200") this.note(page, interval, body)
    else this.refused++
    this.askIn(interval * (0.9 + Math.random() / 5), page)
    this.sendDue()
  }

  private note(page: Page, interval: number, body: string): void {
    const second = Math.floor((clock() - this.startedAt) / 1_000)
    this.answered[second] = (this.answered[second] ?? 0) + 1
    this.longest[second] = Math.max(this.longest[second] ?? 0, interval)
    const phase = /"phase":"(\w+)"/.exec(body)?.[1] ?? ""
    if (phase === page.phase) return
    page.phase = phase
    const known = this.heard.find((it) => it.phase === phase)
    if (known) {
      known.pages++
      known.lastAt = clock()
    } else this.heard.push({ phase, pages: 1, lastAt: clock() })
  }
}

if (import.meta.main) {
  answer(await new OpenPages(openPagesInput.parse(readInput())).run())
  process.exit(0)
}
