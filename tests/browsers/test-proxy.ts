/** A proxy between the browsers and an app: it can cut their connection, and it collects errors in the app's pages. */

import type { OwnStores } from "../../scripts/services/stores/own-stores"
import { startTcpProxy } from "../harness/tcp-proxy"

export type TestProxy = {
  url: string
  /** Script errors and breaches of the content security policy, as pages reported them. */
  faults: string[]
  /** Which app it leads to. */
  leadTo(app: string): void
  /** Cuts the connection, or restores it. */
  online(is: boolean): void
  /** Answers votes as an app does that is too busy, or hands them on. */
  takesVotes(does: boolean): void
  /** Serves pages whose scripts never come, or as they are. */
  scripts(are: boolean): void
  /** What becomes of WebSockets that are tried from now on. Those that are open are cut. */
  sockets(how: Sockets): void
  /** How many WebSockets were tried so far, and how often a snapshot was asked for over HTTP. */
  asked(): { sockets: number; snapshots: number }
}

/**
 * As networks have it: they work; the upgrade is refused; it is never answered; they are cut as soon as they are open; or they are
 * open and nothing comes.
 */
export type Sockets = "work" | "refused" | "unanswered" | "cut" | "silent"

const WATCH = "/watch-of-the-tests.js"
const TELL = "/told-to-the-tests"

/**
 * Runs before all other scripts, as the page's own policy allows; an error that can't be reported yet is reported
 * later.
 */
const SCRIPT = `{
  const tell = (fault) => fetch("${TELL}", { method: "POST", body: location.pathname + ": " + fault, keepalive: true })
    .catch(() => setTimeout(tell, 200, fault))
  addEventListener("error", ({ message }) => message && tell(message))
  addEventListener("unhandledrejection", ({ reason }) => tell("unhandled: " + reason))
  addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) =>
    tell("the policy forbids " + violatedDirective + " " + blockedURI))
}`

export async function startTestProxy(stores: OwnStores): Promise<TestProxy> {
  const faults: string[] = []
  let target = ""
  let taking = true
  let scripted = true
  let sockets: Sockets = "work"
  const asked = { sockets: 0, snapshots: 0 }
  const open = new Set<Bun.ServerWebSocket<Wire>>()
  const server = Bun.serve<Wire>({
    port: 0,
    hostname: "127.0.0.1",
    idleTimeout: 0,
    async fetch(request, self) {
      const { pathname, search } = new URL(request.url)
      if (pathname === WATCH) return new Response(SCRIPT, { headers: { "content-type": "text/javascript" } })
      if (pathname === TELL) {
        faults.push(await request.text())
        return new Response(null, { status: 204 })
      }
      const address = `${target}${pathname}${search}`
      if (pathname.endsWith("/snapshot")) asked.snapshots++
      if (request.headers.has("upgrade")) {
        asked.sockets++
        if (sockets === "refused") return new Response("No upgrades here.", { status: 403 })
        if (sockets === "unanswered") return new Promise<Response>(() => {})
        if (self.upgrade(request, { data: { address: address.replace("http", "ws") } })) return undefined
      }
      if (!taking && pathname.endsWith("/votes"))
        return new Response(null, { status: 503, headers: { "retry-after": "60" } })
      return answered(request, address, scripted)
    },
    websocket: {
      open(socket) {
        open.add(socket)
        if (sockets === "cut") return socket.terminate()
        if (sockets === "silent") return
        const upstream = new WebSocket(socket.data.address)
        upstream.onmessage = ({ data }) => void socket.send(data)
        upstream.onclose = () => socket.close()
        socket.data.upstream = upstream
      },
      // Viewers only listen.
      message() {},
      close(socket) {
        open.delete(socket)
        socket.data.upstream?.close()
      },
    },
  })
  stores.defer(() => server.stop(true))
  const address = `http://127.0.0.1:${server.port}`
  const wire = await startTcpProxy(stores, address)
  return {
    ...{ url: wire.url, faults },
    leadTo: (app) => {
      target = app
    },
    online(is) {
      wire.leadTo(is ? address : null)
      if (!is) wire.cut()
    },
    takesVotes: (does) => {
      taking = does
    },
    scripts: (are) => {
      scripted = are
    },
    sockets(how) {
      sockets = how
      for (const socket of open) socket.terminate()
    },
    asked: () => ({ ...asked }),
  }
}

type Wire = { address: string; upstream?: WebSocket }

/** What starts a script of a page, its data aside. */
const SCRIPT_TAG = /<script(?=[^>]*\bsrc=)[^>]*><\/script>/g

async function answered(request: Request, address: string, scripted: boolean): Promise<Response> {
  const { method } = request
  // The Host header is kept, so that pages name the address that the browser knows.
  const headers = new Headers(request.headers)
  headers.set("accept-encoding", "identity")
  const body = method === "GET" || method === "HEAD" ? null : await request.arrayBuffer()
  const answer = await fetch(address, { method, headers, body, redirect: "manual" })
  if (!answer.headers.get("content-type")?.startsWith("text/html")) return answer
  const text = await answer.text()
  const page = scripted
    ? text.replace("<head>", `<head><script src="${WATCH}"></script>`)
    : text.replaceAll(SCRIPT_TAG, "")
  const around = new Headers(answer.headers)
  around.delete("content-length")
  return new Response(page, { status: answer.status, headers: around })
}
