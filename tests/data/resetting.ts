/** A network that resets each tenth connection that carries a vote, before the vote reaches the app. */

import type { Socket } from "bun"

const EACH = 10

type Side = { other?: Socket<Side>; waiting: Buffer[] }

/** @returns where it listens, in front of this address, and how many connections it has reset */
export function resetting(address: string) {
  const { hostname, port } = new URL(address)
  let posts = 0
  const listener = Bun.listen<Side>({
    hostname: "127.0.0.1",
    port: 0,
    socket: {
      open: (client) => {
        client.data = { waiting: [] }
      },
      async data(client, bytes) {
        const { other, waiting } = client.data
        if (other) return void other.write(bytes)
        waiting.push(Buffer.from(bytes))
        if (waiting.length > 1) return
        if (bytes.subarray(0, 4).toString() === "POST" && ++posts % EACH === 0) return client.terminate()
        await forward(client, hostname, Number(port))
      },
      close: (client) => void client.data.other?.end(),
    },
  })
  return {
    url: `http://127.0.0.1:${listener.port}`,
    resets: () => Math.floor(posts / EACH),
    [Symbol.asyncDispose]: async () => listener.stop(true),
  }
}

async function forward(client: Socket<Side>, hostname: string, port: number): Promise<void> {
  const app = await Bun.connect<Side>({
    hostname,
    port,
    data: { other: client, waiting: [] },
    socket: {
      data: ({ data }, bytes) => void data.other?.write(bytes),
      close: ({ data }) => void data.other?.end(),
    },
  })
  for (const bytes of client.data.waiting) app.write(bytes)
  client.data.other = app
}
