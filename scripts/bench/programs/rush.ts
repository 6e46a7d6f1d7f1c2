/**
 * A crowd that comes within seconds: each voter opens the ballot page at a moment of their own, gets its cookie, and votes by it.
 * Some send their ballot again, as people do whose answer was lost. Times count from the moment at which a voter came, also
 * where they had to wait for a connection, or were refused and tried again.
 */

import { z } from "zod"
import { clock } from "../figures/clock"
import { Histogram } from "../figures/histogram"
import { CLASSIC_VOTE } from "../subject/poll"
import { type Connection, openConnections, sendUntilDone } from "./connections"
import type { HttpAnswer } from "./http-answer"
import { answer, readInput } from "./program"

export const rushInput = z.object({
  url: z.url(),
  voters: z.number(),
  /** They come evenly within this time. */
  seconds: z.number(),
  /** Every so many voters send their ballot again. */
  resendEvery: z.number(),
})

export const rushResult = z.object({
  /** When the first voter came, by clock(). */
  startedAt: z.number(),
  accepted: z.number(),
  /** Ballots that were sent again and answered with the receipt that they had. */
  resent: z.number(),
  /** How often a page or a ballot was refused. */
  refused: z.number(),
  /** Seconds from the first voter's coming until the last ballot was accepted. */
  untilAccepted: z.number(),
  /** Seconds from a voter's coming until their ballot was accepted. */
  p50: z.number(),
  p99: z.number(),
})

/** As a proxy in front of vote keeps them; each is used by one voter at a time. */
const CONNECTIONS = 512
const AGAIN_MS = 100
/** All must be accepted within this time after the last voter came. */
const GRACE_MS = 60_000

type Step = "page" | "ballot" | "again"

type Voter = { number: number; dueAt: number; step: Step; request: string; receipt: string | null }

class Rush {
  private readonly latencies = new Histogram()
  private free: Connection<Voter>[] = []
  private readonly host: string
  private readonly page: string
  private startedAt = 0
  private lastAcceptedAt = 0
  private come = 0
  private gone = 0
  private resent = 0
  private refused = 0

  constructor(private readonly input: z.infer<typeof rushInput>) {
    this.host = new URL(input.url).host
    this.page = request("GET / HTTP/1.1", this.host, "Accept: text/html", "Accept-Encoding: gzip")
  }

  async run(): Promise<z.infer<typeof rushResult>> {
    const { url, voters, seconds } = this.input
    this.free = await openConnections<Voter>(url, CONNECTIONS, this.onAnswer.bind(this))
    this.startedAt = clock()
    await sendUntilDone({
      sendDue: () => this.letIn(),
      isDone: () => this.gone === voters,
      end: this.startedAt + seconds * 1_000 + GRACE_MS,
      soFar: () => `${this.gone} of ${voters} voters were served`,
    })
    const { startedAt, resent, refused, latencies } = this
    return {
      ...{ startedAt, accepted: latencies.count, resent, refused },
      untilAccepted: (this.lastAcceptedAt - startedAt) / 1_000,
      p50: latencies.quantile(0.5) / 1_000,
      p99: latencies.quantile(0.99) / 1_000,
    }
  }

  /** Those whose moment has come, as far as there are connections. */
  private letIn(): void {
    const { voters, seconds } = this.input
    while (this.come < voters) {
      const dueAt = this.startedAt + (this.come * seconds * 1_000) / voters
      if (dueAt > clock()) return
      const socket = this.free.pop()
      if (!socket) return
      const voter: Voter = { number: this.come++, dueAt, step: "page", request: this.page, receipt: null }
      socket.data.sender = voter
      socket.write(voter.request)
    }
  }

  private onAnswer(socket: Connection<Voter>, voter: Voter, got: HttpAnswer): void {
    if (got.status.startsWith("2")) this.goOn(socket, voter, got)
    else this.tryAgain(socket, voter)
  }

  private tryAgain(socket: Connection<Voter>, voter: Voter): void {
    this.refused++
    setTimeout(() => socket.write(voter.request), AGAIN_MS)
  }

  private goOn(socket: Connection<Voter>, voter: Voter, got: HttpAnswer): void {
    if (voter.step === "page") {
      voter.step = "ballot"
      voter.request = this.ballotOf(got.head)
      socket.write(voter.request)
      return
    }
    if (voter.step === "ballot") {
      this.lastAcceptedAt = clock()
      this.latencies.add(this.lastAcceptedAt - voter.dueAt)
      voter.receipt = receiptIn(got)
      voter.step = "again"
      if (voter.number % this.input.resendEvery === 0) {
        socket.write(voter.request)
        return
      }
    } else if (receiptIn(got) === voter.receipt) this.resent++
    this.leave(socket)
  }

  private leave(socket: Connection<Voter>): void {
    this.gone++
    socket.data.sender = null
    this.free.push(socket)
    this.letIn()
  }

  /** The ballot with the cookies that came with the page. */
  private ballotOf(head: string): string {
    const cookies = [...head.matchAll(/\r\nset-cookie: ([^;\r]+)/gi)].map(([, cookie]) => cookie)
    return request(
      `POST ${CLASSIC_VOTE.path} HTTP/1.1`,
      this.host,
      ...(cookies.length > 0 ? [`Cookie: ${cookies.join("; ")}`] : []),
      "Content-Type: application/json",
      `Content-Length: ${CLASSIC_VOTE.body.length}\r\n\r\n${CLASSIC_VOTE.body}`,
    )
  }
}

const receiptIn = ({ body }: HttpAnswer) => /"receipt":"([^"]+)"/.exec(body)?.[1] ?? null

/** @param lines its headers; the last may bring the body with it */
function request(start: string, host: string, ...lines: string[]): string {
  const text = [start, `Host: ${host}`, ...lines].join("\r\n")
  return text.includes("\r\n\r\n") ? text : `${text}\r\n\r\n`
}

if (import.meta.main) {
  answer(await new Rush(rushInput.parse(readInput())).run())
  process.exit(0)
}
