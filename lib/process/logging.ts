/** The log: one line of JSON for each event, without secrets. */

import pino from "pino"
import { revision, version } from "./build"
import { withoutSecrets } from "./secrets"

export type Log = pino.Logger

/** Addresses hold passwords (redis://user:password@host), and error messages hold addresses. */
const CREDENTIALS = /(\w+:\/\/[^:/@\s]*):(?:\\"|[^\s"])+?@(?=[^@\s"]*?(?:[\s"]|$|,\w+:\/\/))/g
/** Those of Postgres may have it among their parameters. In a line, a quote is written with a backslash. */
const PASSWORDS = /([?&](?:ssl)?password)=(?:\\"|[^&\s"])+/gi

/** Every line names the commit, so this is only as long as needed to find it. */
const SHORT_REVISION = 12

/**
 * An error with its cause and, of an AggregateError, the errors inside; those of a failed build name file and line. All is
 * turned into strings, as some errors refer to half of the program.
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

/** A logger whose lines name the app. The password of any address is masked, wherever in the line it occurs. */
export function createLog(app: string, level: string, stream?: pino.DestinationStream): Log {
  const mask = (line: string) =>
    withoutSecrets(line).replace(CREDENTIALS, "$1:***@").replace(PASSWORDS, "$1=***")
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
