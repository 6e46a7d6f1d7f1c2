/** What the process and the thread of its management port say to each other. */

import { withoutSecrets } from "./secrets"

/** A request of a probe or of Prometheus, by a number; `path` is null where only an answer of any kind is awaited. */
export type Asked = { asked: number; path: string | null }
export type Answer = { status: number; contentType: string; body: string }
export type FromThread = Asked | { port: number } | { cantListen: string; code?: string }

export type Listen = {
  hostname: string
  port: number
  /** The app's name, a label of metrics. */
  app: string
  /** A process that has answered nothing for this time hangs, in milliseconds. */
  hungAfterMs: number
}
export type ToThread = { listen: Listen } | { asked: number; answer: Answer }

/** The one metric that the thread itself knows. */
export const BUSY = {
  name: "tallyroom_busy_seconds",
  help: "For how long the process has been too busy to answer its management port.",
}

export const json = (status: number, body: object): Answer => ({
  status,
  contentType: "application/json",
  body: withoutSecrets(JSON.stringify(body)),
})
