/** JSON logs, one line an event, without secrets. */

import pino from "pino"
import { revision, version } from "./build"

export type Log = pino.Logger

/** Passwords stand in addresses (redis://user:password@host) and addresses stand in error messages. */
const CREDENTIALS = /(\w+:\/\/[^:/@\s]*):[^@\s]+@/g

/** Enough of a commit to find it, as every line holds it. */
const SHORT_REVISION = 12

/**
 * An error in words, with its cause and the errors that it stands for (those of a failed build name file and line).
 * Only strings, as some errors hold half the program.
 */
export function errorText(error: unknown, depth = 0): Record<string, unknown> {
  if (!(error instanceof Error)) return { message: String(error) }
  const inner =
    error instanceof AggregateError && depth < 3 ? error.errors.map((e) => errorText(e, depth + 1)) : []
  const { file, line } = (error as { position?: { file?: string; line?: number } | null }).position ?? {}
  return {
    type: error.name,
    message: error.message,
    ...(file && { at: `${file}:${line}` }),
    stack: error.stack,
    ...(inner.length > 0 && { errors: inner }),
    ...(error.cause !== undefined && depth < 3 && { cause: errorText(error.cause, depth + 1) }),
  }
}

/** A logger that names the app. Credentials in any address are masked, wherever in a line they stand. */
export function createLog(app: string, level: string, stream?: pino.DestinationStream): Log {
  const mask = (line: string) => line.replace(CREDENTIALS, "$1:***@")
  return pino(
    {
      level,
      base: { app, version, revision: revision.slice(0, SHORT_REVISION), pid: process.pid },
      messageKey: "message",
      timestamp: pino.stdTimeFunctions.isoTime,
      serializers: { err: (error) => errorText(error) },
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: ["token", "secret", "password", "cookie", "*.authorization"], censor: "***" },
      hooks: { streamWrite: mask },
    },
    ...(stream ? [stream] : []),
  )
}
