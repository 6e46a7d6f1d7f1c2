/** NATS's own commands, as its operator gives them: straight over its protocol, without a client. */

import { connect } from "node:net"

const PATIENCE_MS = 5_000
const ANSWER = "_INBOX.answers"

/** Asks JetStream's API, and answers what it says. @throws where no answer comes */
export async function askJetStream(
  natsUrl: string,
  what: string,
  body?: object,
): Promise<Record<string, unknown>> {
  const text = body ? JSON.stringify(body) : ""
  const publication = `SUB ${ANSWER} 1\r\nPUB $JS.API.${what} ${ANSWER} ${Buffer.byteLength(text)}\r\n${text}\r\n`
  const answer = await converse(natsUrl, publication, (received) => {
    const [, length = "", rest = ""] = /\r\nMSG _INBOX\.answers 1 (\d+)\r\n(.*)/s.exec(received) ?? []
    return length !== "" && rest.length >= Number(length) ? rest.slice(0, Number(length)) : undefined
  })
  return JSON.parse(answer)
}

/** Whether a server is there that takes the user and password of this address. */
export async function takesLogin(natsUrl: string): Promise<boolean> {
  try {
    return await converse(natsUrl, "PING\r\n", (received) => (received.includes("PONG") ? true : undefined))
  } catch {
    return false
  }
}

/** Whether NATS refuses this command (`PUB x` or `SUB x`) to the user of this address, for lack of a right. */
export function isDenied(natsUrl: string, command: `${"PUB" | "SUB"} ${string}`): Promise<boolean> {
  const sent = command.startsWith("PUB") ? `${command} 0\r\n\r\n` : `${command} 1\r\n`
  return converse(natsUrl, `${sent}PING\r\n`, (received) => {
    if (received.includes("Permissions Violation")) return true
    return received.includes("PONG") ? false : undefined
  })
}

/** Publishes as the user of this address, and asks for the answer at another subject. Settles when NATS has taken it, or refused. */
export function publishFor(natsUrl: string, subject: string, answerAt: string, text = ""): Promise<void> {
  const sent = `PUB ${subject} ${answerAt} ${Buffer.byteLength(text)}\r\n${text}\r\nPING\r\n`
  return converse(natsUrl, sent, (received) => (received.includes("PONG") ? null : undefined)).then(() => {})
}

/** What NATS sends the user of this address, who listens to all answers, while something is done. */
export async function heardAnswers(natsUrl: string, during: () => Promise<unknown>): Promise<string> {
  let done = false
  let heard = ""
  const listening = converse(natsUrl, "SUB _INBOX.> 1\r\nPING\r\n", (received, send) => {
    heard = received
    if (!received.includes("PONG")) return undefined
    if (done) return received.split("PONG").length > 2 ? true : undefined
    done = true
    // A second answer comes after all that was meant for this user meanwhile.
    void during().finally(() => send("PING\r\n"))
    return undefined
  })
  await listening
  return heard.slice(heard.indexOf("PONG"))
}

/** Logs in, sends, and listens until what was received holds an answer. */
async function converse<T>(
  natsUrl: string,
  words: string,
  answerIn: (received: string, send: (words: string) => void) => T | undefined,
): Promise<T> {
  const { hostname, port, username, password } = new URL(natsUrl)
  const socket = connect({ host: hostname, port: Number(port) })
  const { promise, resolve, reject } = Promise.withResolvers<T>()
  let received = ""
  socket.on("error", reject)
  socket.on("close", () => reject(new Error(`NATS at ${hostname}:${port} ended the connection: ${received}`)))
  socket.setTimeout(PATIENCE_MS, () => reject(new Error(`NATS at ${hostname}:${port} does not answer`)))
  socket.on("data", (data) => {
    received += data
    const answer = answerIn(received, (more) => void socket.write(more))
    if (answer !== undefined) resolve(answer)
  })
  const login = JSON.stringify({ user: username, pass: password, verbose: false })
  socket.write(`CONNECT ${login}\r\n${words}`)
  return promise.finally(() => socket.destroy())
}
