/** Settings: each is declared once with a schema, a default and a description, and all errors are reported together. */

import { z } from "zod"
import { keepSecret } from "./secrets"
import "../schema-errors"
import { readCredential, withoutLineBreaks } from "./credential-file"

export type Setting<T> = {
  /** From the text of the environment variable to the value. */
  schema: z.ZodType<T, string>
  description: string
  /** The default, as it would be written in the environment. Without one the setting is required. */
  default?: string
  /** Never shown in a log or an error; NAME_FILE may name a file that holds it. */
  secret?: boolean
}

export type Settings = Record<string, Setting<unknown>>
export type SettingValues<S extends Settings> = { [Name in keyof S]: z.output<S[Name]["schema"]> }

/** Declares one setting; this function only lets TypeScript infer the type. */
export function setting<T>(declared: Setting<T>): Setting<T> {
  return declared
}

/** All errors of an environment, one a line. */
export class SettingsError extends Error {
  override readonly name = "SettingsError"
}

/** What is wrong with settings that are right each by itself, in sentences that name them. */
export type Together<S extends Settings> = (values: SettingValues<S>) => string[]

/**
 * Reads the declared settings from `environment`; an empty variable counts as not set.
 * @throws {SettingsError} naming every missing or wrong variable, without the value of a secret.
 */
export function readSettings<S extends Settings>(
  declared: S,
  environment: Record<string, string | undefined>,
  together: Together<S> = () => [],
): SettingValues<S> {
  const values: Record<string, unknown> = {}
  const errors: string[] = []
  for (const [name, { schema, default: fallback, secret, description }] of Object.entries(declared)) {
    const given = secret ? givenOrInFile(name, environment) : { text: textOf(name, environment) }
    if (given.error !== undefined) {
      errors.push(given.error)
      continue
    }
    const text = given.text || fallback
    if (text === undefined) {
      errors.push(`${name} is missing: ${description}`)
      continue
    }
    const parsed = ONE_LINE.pipe(schema).safeParse(text)
    if (parsed.success) values[name] = parsed.data
    else {
      const why = parsed.error.issues.map((issue) => issue.message).join("; ")
      errors.push(`${name}${secret ? "" : `=${JSON.stringify(text)}`} is wrong: ${why}`)
    }
  }
  if (errors.length === 0) errors.push(...together(values as SettingValues<S>))
  if (errors.length > 0) throw new SettingsError(errors.join("\n"))
  return values as SettingValues<S>
}

/**
 * The settings as they are now: secrets that stand in files are read again, as passwords are changed there. What can't be read,
 * or is wrong, is as it was.
 * @param values as `readSettings` gave them
 */
export function rereadSettings<S extends Settings>(
  declared: S,
  environment: Record<string, string | undefined>,
  values: SettingValues<S>,
): () => SettingValues<S> {
  const inFiles = Object.entries(declared).filter(
    ([name, { secret }]) => secret && environment[`${name}_FILE`],
  )
  let last = values
  return () => {
    for (const [name, { schema }] of inFiles) {
      const { text = "" } = givenOrInFile(name, environment)
      const { data, success } = ONE_LINE.pipe(schema).safeParse(text)
      if (success && text !== "") last = { ...last, [name]: data }
    }
    return last
  }
}

/** What reads an address drops tabs and line breaks silently, and then leads elsewhere. */
const ONE_LINE = z
  .string()
  .regex(/^\P{Cc}*$/u, { error: "must not have tabs, line breaks or other control characters", abort: true })

function textOf(name: string, environment: Record<string, string | undefined>): string | undefined {
  const text = environment[name]
  return text === undefined ? undefined : withoutLineBreaks(text)
}

/** A secret: its own value, or the content of the file that NAME_FILE names. */
function givenOrInFile(
  name: string,
  environment: Record<string, string | undefined>,
): { text?: string | undefined; error?: string } {
  const text = textOf(name, environment)
  const file = environment[`${name}_FILE`]
  if (text) keepSecret(text)
  if (!file) return { text }
  if (text) return { error: `${name} and ${name}_FILE are both set: give one of them` }
  try {
    const content = readCredential(file)
    keepSecret(content)
    return { text: content }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return { error: `${name}_FILE=${JSON.stringify(file)} ${why}` }
  }
}

/** A whole number from `min` to `max`. */
export const integer = (min: number, max: number): z.ZodType<number, string> =>
  z
    .string()
    .regex(/^\d+$/, `must be a whole number from ${min} to ${max}`)
    .transform(Number)
    .refine((n) => n >= min && n <= max, `must be from ${min} to ${max}`)

export const port = integer(0, 65_535)

/** An address such as redis://host:6379/0, with one of these schemes. */
export const address = (...schemes: string[]): z.ZodType<string, string> =>
  z.string().refine((text) => URL.canParse(text) && schemes.includes(new URL(text).protocol.slice(0, -1)), {
    error: `must be an address that begins with ${schemes.map((scheme) => `${scheme}://`).join(" or ")}`,
  })

/** Where a site begins, such as https://vote.example. No path follows: each app has all paths of its host. */
export const site = (): z.ZodType<string, string> =>
  address("http", "https").refine((text) => !URL.canParse(text) || /^[^:]*:\/\/[^/?#@]*\/*$/.test(text), {
    error:
      "must end after host and port: each app needs a host or a port of its own, and no path leads to it",
  })

/** A list whose parts are divided by commas; empty parts are dropped. */
export const commaSeparated = (): z.ZodType<string[], string> =>
  z.string().transform((text) =>
    text
      .split(",")
      .map((part) => part.trim())
      .filter((part) => part !== ""),
  )
