/** Poolers know few parameters of a session, and refuse a connection that has others. */

const UNSUPPORTED_PARAMETER = /unsupported startup parameter(?: in options)?: (\w+)/
const PROTOCOL_VIOLATION = "08P01"

/** @returns the parameter that a pooler refused, if that is what the error says; else null */
export function refusedParameter(error: unknown): string | null {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown }
  if (code !== PROTOCOL_VIOLATION) return null
  return UNSUPPORTED_PARAMETER.exec(String(message))?.[1] ?? null
}
