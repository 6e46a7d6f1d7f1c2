import { afterAll, expect, test } from "bun:test"
import { readFileSync } from "node:fs"
import { type AddressInfo, createServer, type Socket } from "node:net"
import { TLSSocket } from "node:tls"
import { makeAuthority } from "../../tests/harness/certificates"
import { isDatabaseAway, openDatabase } from "../database"

const CONNECTIONS = 2
const STATEMENTS = 4

const cleanUps: (() => unknown)[] = []
const defer = (cleanUp: () => unknown) => void cleanUps.unshift(cleanUp)

afterAll(async () => {
  for (const cleanUp of cleanUps) await cleanUp()
})

/** How a server takes a connection and ends it in good order, as a proxy does that has no server to lead to. */
const ENDINGS = {
  "at once": { query: "", take: (client: Socket) => client.end() },
  "after the first message": {
    query: "",
    take: (client: Socket) => client.once("data", () => client.end()),
  },
  "after it refused TLS": {
    query: "?sslmode=prefer",
    take: (client: Socket) =>
      client.once("data", () => {
        client.write("N")
        client.once("data", () => client.end())
      }),
  },
  "within TLS": { query: "?sslmode=require", take: endWithinTls },
}

async function endWithinTls(client: Socket): Promise<void> {
  const { cert, key } = await certificate()
  client.once("data", () => {
    const secure = new TLSSocket(client, { isServer: true, cert, key })
    secure.on("error", () => {}).once("data", () => secure.end())
    client.write("S")
  })
}

let signed: Promise<{ cert: Buffer; key: Buffer }> | undefined

function certificate(): Promise<{ cert: Buffer; key: Buffer }> {
  signed ??= makeAuthority(defer)
    .then((authority) => authority.sign("server"))
    .then(({ cert, key }) => ({ cert: readFileSync(cert), key: readFileSync(key) }))
  return signed
}

/** A server that ends each connection so, and how many there were. */
async function startEndingServer(take: (client: Socket) => unknown) {
  let connects = 0
  const server = createServer((client) => {
    connects++
    client.on("error", () => client.destroy())
    take(client)
  })
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening))
  defer(() => server.close())
  return { host: `127.0.0.1:${(server.address() as AddressInfo).port}`, connects: () => connects }
}

const cases = Object.entries(ENDINGS).flatMap(([when, { query, take }]) =>
  [1, 2].map((hosts) => ({ when, query, take, hosts })),
)

test.each(cases)(
  "statements fail, and nothing connects on and on, where connections are ended $when (hosts: $hosts)",
  async ({ query, take, hosts }) => {
    const { host, connects } = await startEndingServer(take)
    const sql = openDatabase(`postgres://a:b@${Array(hosts).fill(host).join(",")}/c${query}`, {
      ...{ name: "test", connections: CONNECTIONS },
    })
    defer(() => sql.end({ timeout: 0 }))
    const asked = Array.from({ length: STATEMENTS }, () => sql`SELECT 1`.catch((error) => error))
    for (const failure of await Promise.all(asked)) expect(isDatabaseAway(failure)).toBe(true)
    // One for each statement and for the question whether a pooler is there; of several hosts each is asked before.
    expect(connects()).toBeLessThanOrEqual((STATEMENTS + 1) * (hosts === 1 ? 1 : hosts + 1))
    const before = connects()
    await Bun.sleep(300)
    expect(connects()).toBeLessThanOrEqual(before + (hosts === 1 ? 1 : hosts + 1))
  },
)
