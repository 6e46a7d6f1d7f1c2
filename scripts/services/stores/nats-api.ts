/** NATS's own commands, as its operator gives them: straight over its protocol, without a client. */

import { connect } from "node:net"

/** Asks JetStream's API, and answers what it says. */
export async function askJetStream(natsUrl: string, what: string): Promise<Record<string, unknown>> {
  const { hostname, port, username, password } = new URL(natsUrl)
  const socket = connect({ host: hostname, port: Number(port) })
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  let received = ""
  socket.on("error", reject)
  socket.on("data", (data) => {
    received += data
    const [, length = "", rest = ""] = /\r\nMSG answers 1 (\d+)\r\n(.*)/s.exec(received) ?? []
    if (length !== "" && rest.length >= Number(length)) resolve(rest.slice(0, Number(length)))
  })
  const login = JSON.stringify({ user: username, pass: password, verbose: false })
  socket.write(`CONNECT ${login}\r\nSUB answers 1\r\nPUB $JS.API.${what} answers 0\r\n\r\n`)
  const answer = await promise.finally(() => socket.destroy())
  return JSON.parse(answer)
}
