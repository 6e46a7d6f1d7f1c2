/** The network between the parts: every connection leads through toxiproxy, which cuts, delays, throttles or swallows it. */

import { answersOk } from "../../services/answers-ok"
import { freePort } from "../../services/processes/ports"
import { type SupervisedProcess, startSupervised } from "../../services/processes/supervised-process"
import { ensureGoTool } from "../../services/tools/go"
import { waitFor } from "../../services/wait"

/** Something that toxiproxy does to a connection (its README, "Toxics"). "upstream" is what the app sends, "downstream" the answers. */
export type Toxic = {
  type: "latency" | "bandwidth" | "timeout" | "reset_peer" | "slicer"
  stream: "upstream" | "downstream"
  attributes: Record<string, number>
}

const START_MS = 10_000
const STOP_GRACE_MS = 1_000
const NOT_FOUND = 404

export class Links {
  private constructor(
    private readonly api: string,
    private readonly program: SupervisedProcess,
  ) {}

  static async start(logFile: string): Promise<Links> {
    const program = await ensureGoTool("toxiproxy")
    const port = await freePort()
    const running = startSupervised([program, "-host", "127.0.0.1", "-port", String(port)], {
      logFile,
      env: { PATH: process.env.PATH ?? "", LOG_LEVEL: "error" },
    })
    const api = `http://127.0.0.1:${port}`
    await waitFor("toxiproxy to answer", () => answersOk(`${api}/version`), START_MS)
    return new Links(api, running)
  }

  /** A way of its own to the server at this address. @param name such as "worker 1 → redis" */
  async lead(name: string, server: string): Promise<Link> {
    const port = await freePort()
    const { hostname, port: upstream } = new URL(server)
    const path = encodeURIComponent(name.replaceAll(" ", "-").replace("→", "to"))
    await ask(`${this.api}/proxies`, "POST", {
      name: decodeURIComponent(path),
      listen: `127.0.0.1:${port}`,
      upstream: `${hostname}:${upstream}`,
    })
    return new Link(name, `${this.api}/proxies/${path}`, port)
  }

  async stop(): Promise<void> {
    await this.program.stop(STOP_GRACE_MS)
  }
}

export class Link {
  private toxics = 0

  constructor(
    readonly name: string,
    private readonly api: string,
    readonly port: number,
  ) {}

  /** The same address with this link in the server's place. */
  url(server: string): string {
    const url = new URL(server)
    url.hostname = "127.0.0.1"
    url.port = String(this.port)
    return url.href
  }

  /** Ends all connections, and takes none until `open`. What fails is undone: toxiproxy may have done what it did not answer in time. */
  async shut(): Promise<void> {
    await ask(this.api, "POST", { enabled: false }).catch(async (error) => {
      await this.open()
      throw error
    })
  }

  async open(): Promise<void> {
    await ask(this.api, "POST", { enabled: true })
  }

  /** Does this to all connections, those that are there and those that come. What fails is undone. @returns what ends it */
  async spoil(toxics: readonly Toxic[]): Promise<() => Promise<void>> {
    const named = toxics.map((toxic) => ({ name: `toxic-${++this.toxics}`, toxicity: 1, ...toxic }))
    const added = await Promise.allSettled(named.map((toxic) => ask(`${this.api}/toxics`, "POST", toxic)))
    const remove = ({ name }: { name: string }) => ensureGone(`${this.api}/toxics/${name}`)
    const failed = added.find((it) => it.status === "rejected")
    if (failed) {
      await Promise.allSettled(named.map(remove))
      throw failed.reason
    }
    return async () => {
      for (const toxic of named) await remove(toxic)
    }
  }
}

async function ask(url: string, method: string, body?: unknown): Promise<void> {
  const answer = await send(url, method, body)
  if (!answer.ok) throw await refusal(answer, url, method)
  await answer.arrayBuffer()
}

/** It may be gone already: by a try before, which toxiproxy did not answer in time. */
async function ensureGone(url: string): Promise<void> {
  const answer = await send(url, "DELETE")
  if (!answer.ok && answer.status !== NOT_FOUND) throw await refusal(answer, url, "DELETE")
  await answer.arrayBuffer()
}

function send(url: string, method: string, body?: unknown): Promise<Response> {
  return fetch(url, {
    method,
    ...(body !== undefined && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(START_MS),
  })
}

async function refusal(answer: Response, url: string, method: string): Promise<Error> {
  return new Error(`toxiproxy answered ${answer.status} to ${method} ${url}: ${await answer.text()}`)
}
