import { expect, test } from "bun:test"
import { connect } from "node:net"
import { waitFor } from "../../scripts/services/wait"
import { ConnectionWatch, type Guarded, lastingOf } from "./connection-guard"
import { KernelSockets } from "./kernel-sockets"

const isLinux = process.platform === "linux"

/** A watch over real connections to a server of its own, that looks when the test says so. */
function watched(guarded: (sockets: KernelSockets) => Guarded = (sockets) => sockets) {
  const server = Bun.serve({
    ...{ port: 0, hostname: "127.0.0.1" },
    fetch: async (request) => new Response(`read ${await request.text()}`),
  })
  const sockets = new KernelSockets(server.port ?? 0)
  const cuts: string[] = []
  const watch = new ConnectionWatch(guarded(sockets), (why, count) => cuts.push(`${why} ${count}`))
  const client = (text: string) => {
    const state = { closed: false }
    const socket = connect(server.port ?? 0, "127.0.0.1", () => socket.write(text))
    socket.resume()
    socket.on("close", () => {
      state.closed = true
    })
    return { socket, state }
  }
  const known = (count: number) =>
    waitFor("the connections", () => sockets.connections().length === count, 5_000)
  const arrived = () => sockets.connections().reduce((sum, one) => sum + one.arrived, 0n)
  return { server, watch, cuts, client, known, arrived }
}

const GET = "GET / HTTP/1.1\r\nHost: a.test\r\n\r\n"
const HALF_A_BODY = "POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 9\r\n\r\nv"

test.if(isLinux)(
  "a client that takes no answer for 30 s is cut, whatever it sends, and one that is answered stays",
  async () => {
    const { server, watch, cuts, client, known, arrived } = watched()
    // Linux hands over a connection that sends nothing after a second only, so this one sends a byte.
    const [slowBody, slowHeaders, silent] = [client(HALF_A_BODY), client("GET / HT"), client("G")]
    const served = client(GET)
    await known(4)
    await waitFor("an answer to arrive", () => arrived() > 0n, 5_000)
    for (let look = 1; look <= 6; look++) watch.cutStalled()
    const before = arrived()
    slowBody.socket.write("o")
    served.socket.write(GET)
    await waitFor("another answer to arrive", () => arrived() > before, 5_000)
    expect(cuts).toEqual([])
    watch.cutStalled()
    expect(cuts).toEqual(["stalled 3"])
    const slow = [slowBody, slowHeaders, silent]
    await waitFor("the slow ones to be cut", () => slow.every(({ state }) => state.closed), 5_000)
    expect(served.state.closed).toBe(false)
    await known(1)
    served.socket.destroy()
    await server.stop(true)
  },
)

/** A process of four descriptors, all of which are used. */
const full = (sockets: KernelSockets): Guarded => ({
  ...{ limit: 4, lowestFree: () => 4 },
  connections: () => sockets.connections(),
  cut: (descriptor) => sockets.cut(descriptor),
})

test.if(isLinux)("as descriptors run out those are cut first that were never answered", async () => {
  const { server, watch, cuts, client, known, arrived } = watched(full)
  const served = client(GET)
  await waitFor("an answer to arrive", () => arrived() > 0n, 5_000)
  const slow = [client(HALF_A_BODY), client("G")]
  await known(3)
  watch.cutUnderPressure()
  // They may have come in this moment.
  expect(cuts).toEqual([])
  watch.cutUnderPressure()
  expect(cuts).toEqual(["descriptors 2"])
  await waitFor("the slow ones to be cut", () => slow.every(({ state }) => state.closed), 5_000)
  expect(served.state.closed).toBe(false)
  served.socket.destroy()
  await server.stop(true)
})

test.if(isLinux)("a byte now and then keeps nobody's place from those who came later", async () => {
  const { server, watch, cuts, client, known } = watched(full)
  const trickling = [client(HALF_A_BODY), client("G")]
  await known(2)
  watch.cutUnderPressure()
  const later = client("GET / HT")
  await known(3)
  for (const { socket } of trickling) socket.write("o")
  await Bun.sleep(50)
  watch.cutUnderPressure()
  expect(cuts).toEqual(["descriptors 2"])
  await waitFor("the older ones to be cut", () => trickling.every(({ state }) => state.closed), 5_000)
  expect(later.state.closed).toBe(false)
  later.socket.destroy()
  await server.stop(true)
})

test("half of few descriptors are for connections that last, and of many all but a thousand", () => {
  expect([301, 2_000, 20_000, 1_048_576].map(lastingOf)).toEqual([150, 1_000, 19_000, 1_047_576])
})

/** A process that has so many of its descriptors in use. */
const using = (used: number, limit: number) => (sockets: KernelSockets) => ({
  ...{ limit, lowestFree: () => used },
  connections: () => sockets.connections(),
  cut: (descriptor: number) => sockets.cut(descriptor),
})

test.if(isLinux)(
  "nobody is cut while half of the thousand is free, and then as many as make it most of it",
  async () => {
    const few = watched(using(19_499, 20_000))
    few.client(HALF_A_BODY)
    await few.known(1)
    for (let look = 0; look < 3; look++) few.watch.cutUnderPressure()
    expect(few.cuts).toEqual([])
    const many = watched(using(19_500, 20_000))
    const crowd = Array.from({ length: 310 }, () => many.client("G"))
    await many.known(310)
    for (let look = 0; look < 2; look++) many.watch.cutUnderPressure()
    expect(many.cuts).toEqual(["descriptors 300"])
    await waitFor("them to be cut", () => crowd.filter(({ state }) => state.closed).length === 300, 5_000)
    for (const { server } of [few, many]) await server.stop(true)
  },
)

test.if(isLinux)(
  "clients who were answered are not looked at while there are others to cut, and are cut when there are none",
  async () => {
    const looked: number[] = []
    let used = 0
    const { server, watch, cuts, client, known, arrived } = watched((sockets) => ({
      ...{ limit: 20, lowestFree: () => used, cut: (descriptor) => sockets.cut(descriptor) },
      connections: (leaveOut) => {
        const found = sockets.connections(leaveOut)
        looked.push(found.length)
        return found
      },
    }))
    const served = [client(GET)]
    await waitFor("an answer", () => arrived() > 0n, 5_000)
    const bytes = arrived()
    served.push(client(GET), client(GET))
    await waitFor("two more", () => arrived() === 3n * bytes, 5_000)
    watch.cutStalled()
    const slow = [client(HALF_A_BODY), client("G"), client("GET / HT")]
    await known(6)
    // 15 of 20 are the limit, and 12 are left.
    used = 15
    watch.cutUnderPressure()
    watch.cutUnderPressure()
    expect([looked, cuts]).toEqual([[3, 3, 3], ["descriptors 3"]])
    await waitFor("the slow ones to be cut", () => slow.every(({ state }) => state.closed), 5_000)
    await known(3)
    used = 16
    watch.cutUnderPressure()
    expect([looked.slice(3), cuts.slice(1)]).toEqual([[0, 3], ["descriptors 3"]])
    await waitFor("the others to be cut", () => served.every(({ state }) => state.closed), 5_000)
    await server.stop(true)
  },
)

test.if(isLinux)("what a client does not read is kept in the kernel up to a bound", async () => {
  const sent = { bytes: 0 }
  const server = Bun.serve({
    ...{ port: 0, hostname: "127.0.0.1" },
    fetch: (request, self) => {
      if (self.upgrade(request)) return undefined
      return new Response("no WebSocket")
    },
    websocket: {
      ...{ backpressureLimit: 1, closeOnBackpressureLimit: true, message: () => {} },
      open(socket) {
        const more = () => {
          if (socket.readyState !== WebSocket.OPEN || sent.bytes > 64 * 2 ** 20) return
          sent.bytes += Math.max(0, socket.send("x".repeat(10_000)))
          setImmediate(more)
        }
        more()
      },
      close: () => void server.stop(true),
    },
  })
  new KernelSockets(server.port ?? 0).limitSendBuffers(64 * 1_024)
  const reader = connect(server.port ?? 0, "127.0.0.1")
  reader.on("error", () => {})
  reader.pause()
  reader.write(
    "GET / HTTP/1.1\r\nHost: a.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
  )
  await waitFor("the server to give up", () => server.pendingWebSockets === 0 && sent.bytes > 0, 10_000)
  expect(sent.bytes).toBeLessThan(500_000)
  reader.destroy()
})
