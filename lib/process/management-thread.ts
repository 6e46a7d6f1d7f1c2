/**
 * The thread that listens on the management port. It passes each request on to the process's own thread, and answers by itself
 * while that one is too busy to, as under a flood of requests: a probe that got no answer would restart a process which works.
 */

import { type Answer, BUSY, type FromThread, json, type Listen, type ToThread } from "./management-protocol"

/** Less than the shortest deadline of a probe. */
const ANSWER_MS = 500
/** Less than the 10 s after which Prometheus gives up; rendering metrics takes longer than the other answers. */
const METRICS_MS = 5_000
/** The process is asked so often whether it still answers. Looks are counted, and no time, as the whole process may have stood still. */
const LOOK_MS = 500
/** For this long after it was said, readiness stands for a process that is too busy to say it. */
const STANDS_MS = 5_000

declare const self: Worker

const TOO_BUSY = json(503, { status: "waiting", waiting: { process: "it is too busy to answer" } })

const waiting = new Map<number, (answer: Answer) => void>()
let asked = 0
/** At how many looks in a row the process had not answered. */
let silentLooks = 0
let lastReadiness = { answer: TOO_BUSY, saidAt: Number.NEGATIVE_INFINITY }

self.onmessage = ({ data }: MessageEvent<ToThread>) => {
  if ("listen" in data) return listen(data.listen)
  silentLooks = 0
  waiting.get(data.asked)?.(data.answer)
  waiting.delete(data.asked)
}

function listen(options: Listen): void {
  const { hostname, port } = options
  try {
    const server = Bun.serve({
      hostname,
      port,
      routes: {
        "/livez": async () => answered((await ask("/livez", ANSWER_MS)) ?? liveness(options.hungAfterMs)),
        "/readyz": async () => {
          const answer = await ask("/readyz", ANSWER_MS)
          if (answer) lastReadiness = { answer, saidAt: performance.now() }
          return answered(answer ?? readiness())
        },
        "/metrics": async () => {
          const answer = (await ask("/metrics", METRICS_MS)) ?? NO_METRICS
          return answered({ ...answer, body: answer.body + silence(options.app) })
        },
      },
      fetch: () => new Response("Not found. Here are /livez, /readyz and /metrics.\n", { status: 404 }),
    })
    setInterval(look, LOOK_MS)
    tell({ port: server.port ?? port })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    tell({ cantListen: String(error), ...(code !== undefined && { code }) })
  }
}

function look(): void {
  silentLooks++
  tell({ asked: ++asked, path: null })
}

/** What the process's own thread answers; null if it does not within `ms`. */
function ask(path: string, ms: number): Promise<Answer | null> {
  const mine = ++asked
  return new Promise((resolve) => {
    const deadline = setTimeout(() => {
      waiting.delete(mine)
      resolve(null)
    }, ms)
    waiting.set(mine, (answer) => {
      clearTimeout(deadline)
      resolve(answer)
    })
    tell({ asked: mine, path })
  })
}

function liveness(hungAfterMs: number): Answer {
  if (silentMs() < hungAfterMs) return json(200, { status: "live", busyMs: silentMs() })
  return json(503, {
    status: "hung",
    problem: `the process has answered nothing for ${silentMs() / 1_000} s`,
  })
}

function readiness(): Answer {
  return performance.now() - lastReadiness.saidAt < STANDS_MS ? lastReadiness.answer : TOO_BUSY
}

const silentMs = () => silentLooks * LOOK_MS

const NO_METRICS: Answer = { status: 200, contentType: "text/plain; version=0.0.4; charset=utf-8", body: "" }

function silence(app: string): string {
  return `# HELP ${BUSY.name} ${BUSY.help}
# TYPE ${BUSY.name} gauge
${BUSY.name}{app="${app}"} ${silentMs() / 1_000}
`
}

const answered = ({ status, contentType, body }: Answer) =>
  new Response(body, { status, headers: { "content-type": contentType } })

function tell(message: FromThread): void {
  self.postMessage(message)
}
