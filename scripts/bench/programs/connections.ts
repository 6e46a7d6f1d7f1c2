/** Connections to a server that are kept, each used by one sender at a time, and a clock by which they send. */

import type { Socket } from "bun"
import { clock } from "../figures/clock"
import { completeAnswer, type HttpAnswer } from "./http-answer"

const TICK_MS = 1

/** @property sender who waits for an answer on it; null for nobody */
type Line<Sender> = { sender: Sender | null; received: string }
export type Connection<Sender> = Socket<Line<Sender>>

/** @param onAnswer is called once all of an answer is there */
export function openConnections<Sender>(
  url: string,
  count: number,
  onAnswer: (from: Connection<Sender>, sender: Sender, got: HttpAnswer) => void,
): Promise<Connection<Sender>[]> {
  const { hostname, port } = new URL(url)
  const onData = (from: Connection<Sender>, bytes: Buffer) => {
    const line = from.data
    line.received += bytes.toString("latin1")
    const got = completeAnswer(line.received)
    if (!got || line.sender === null) return
    line.received = ""
    onAnswer(from, line.sender, got)
  }
  const open = () =>
    Bun.connect<Line<Sender>>({
      ...{ hostname, port: Number(port), data: { sender: null, received: "" } },
      socket: { data: onData },
    })
  return Promise.all(Array.from({ length: count }, open))
}

/**
 * Sends what is due, again and again, until all is answered.
 * @param end when it gives up, by clock()
 * @param soFar what it then says of how far it came
 * @throws {Error} when it gives up
 */
export function sendUntilDone({
  sendDue,
  isDone,
  end,
  soFar,
}: {
  sendDue: () => void
  isDone: () => boolean
  end: number
  soFar: () => string
}): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setInterval(() => {
      sendDue()
      if (isDone()) resolve()
      else if (clock() > end) reject(new Error(soFar()))
      else return
      clearInterval(timer)
    }, TICK_MS)
  })
}
