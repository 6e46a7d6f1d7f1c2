/** What commands are given by the environment, read as the apps read it. */

import { inboxAccess, inboxSettings, inboxSettingsTogether } from "@tallyroom/lib/inbox/setting"
import { readSettings, SettingsError, setting } from "@tallyroom/lib/process/settings"
import { z } from "zod"
import { UserError } from "./terminal/user-error"

type Environment = Record<string, string | undefined>

const SECRETS = [
  ...(["REDIS_URL", "INBOX_URL", "DATABASE_URL", "DATABASE_LISTEN_URL"] as const),
  ...(["ADMIN_TOKEN", "VOTER_SECRETS"] as const),
]
const anySecret = setting({ schema: z.string(), default: "", description: "", secret: true })

/**
 * The environment, in which secrets (all, or those of these names) have the value of the file that NAME_FILE names.
 * @throws {UserError} for a file that can't be read
 */
export function withSecretsOfFiles(
  env: Environment = process.env,
  names: readonly (typeof SECRETS)[number][] = SECRETS,
): Environment {
  const declared = Object.fromEntries(names.map((name) => [name, anySecret]))
  const read = explained(() => readSettings(declared, env))
  const files = new Set(names.map((name) => `${name}_FILE`))
  return { ...Object.fromEntries(Object.entries(env).filter(([name]) => !files.has(name))), ...read }
}

/**
 * How the apps come into Redis, and into the broker that holds the ballots.
 * @throws {UserError} for what the apps would not take
 */
export function inboxAccessOf(env: Environment): ReturnType<typeof inboxAccess> {
  const values = explained(() => readSettings(inboxSettings, env, inboxSettingsTogether))
  return inboxAccess(() => values)
}

/** The settings of files for TLS to one of the two. */
export function tlsFilesOf(store: "REDIS" | "INBOX", env: Environment = {}): Record<string, string> {
  const names = [`${store}_CA`, `${store}_CERT`, `${store}_KEY`]
  return Object.fromEntries(names.flatMap((name) => (env[name] ? [[name, env[name]]] : [])))
}

function explained<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw error instanceof SettingsError ? new UserError(error.message, { cause: error }) : error
  }
}
