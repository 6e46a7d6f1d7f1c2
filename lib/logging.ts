/** JSON logs, one line an event, without secrets. */

import pino from "pino"

export type Log = pino.Logger

/** Passwords stand in addresses (redis://user:password@host) and addresses stand in error messages. */
const CREDENTIALS = /(\w+:\/\/[^:/@\s]*):[^@\s]+@/g

/** A logger that names the app. Credentials in any address are masked, wherever in a line they stand. */
export function createLog(app: string, level: string, stream?: pino.DestinationStream): Log {
  const mask = (line: string) => line.replace(CREDENTIALS, "$1:***@")
  return pino(
    {
      level,
      base: { app, pid: process.pid },
      messageKey: "message",
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: ["token", "secret", "password", "cookie", "*.authorization"], censor: "***" },
      hooks: { streamWrite: mask },
    },
    ...(stream ? [stream] : []),
  )
}
