import { join } from "node:path"
import { integer, readSettings, type Settings, SettingsError, setting } from "@tallyroom/lib/process/settings"
import type { AppName } from "../apps/app-process"
import { CHECKOUT } from "../checkout"
import { freePort } from "../processes/ports"
import { BROKER_NAMES, type BrokerKind } from "../stores/brokers"
import { UserError } from "../terminal/user-error"

type Environment = Record<string, string | undefined>

/** What `bun run demo` and `bun run dev` take from the environment beside the settings of the apps. */
const stackSettings = {
  VOTE_PORT: setting({
    schema: integer(1, 65_535),
    default: "8080",
    description: "Port of the ballot page.",
  }),
  RESULT_PORT: setting({
    schema: integer(1, 65_535),
    default: "8081",
    description: "Port of the result page.",
  }),
  WORKERS: setting({ schema: integer(1, 16), default: "1", description: "How many workers run." }),
}

/** What everything in a stack is told about the rest of it. */
export interface Wiring {
  readonly voteUrl: string
  readonly resultUrl: string
  readonly voteRedisUrl: string
  readonly workerRedisUrl: string
  /** Of the broker that holds the ballots; empty or absent where Redis does. */
  readonly inboxUrl?: string
  readonly workerDatabaseUrl: string
  readonly resultDatabaseUrl: string
  readonly voterSecret: string
  readonly adminToken: string
}

export function readStackSettings(env: Environment) {
  const values = readOrExplain(env)
  if (values.VOTE_PORT !== values.RESULT_PORT) return values
  throw new UserError(`VOTE_PORT and RESULT_PORT are both ${values.VOTE_PORT}: give them different ports.`)
}

function readOrExplain(env: Environment) {
  try {
    return readSettings(stackSettings, env)
  } catch (error) {
    throw error instanceof SettingsError ? new UserError(error.message, { cause: error }) : error
  }
}

/**
 * An app's whole environment: the settings that it declares as far as this environment gives them, then those that only
 * the stack can know. Its management port is a free one of this machine alone.
 */
export async function appSettings(name: AppName, wiring: Wiring, env: Environment, appsDir?: string) {
  const management = { MANAGEMENT_HOST: "127.0.0.1", MANAGEMENT_PORT: String(await freePort()) }
  return { ...(await given(name, env, appsDir)), ...wired(name, wiring, env), ...management }
}

async function given(name: AppName, env: Environment, appsDir = join(CHECKOUT, "apps")) {
  const { settings }: { settings: Settings } = await import(join(appsDir, name, "settings.ts"))
  const names = Object.keys(settings).filter((it) => env[it])
  return Object.fromEntries(names.map((it) => [it, env[it] ?? ""]))
}

function wired(name: AppName, wiring: Wiring, env: Environment): Record<string, string> {
  if (name === "worker") {
    return {
      REDIS_URL: wiring.workerRedisUrl,
      INBOX_URL: wiring.inboxUrl ?? "",
      DATABASE_URL: wiring.workerDatabaseUrl,
    }
  }
  if (name === "vote") {
    return {
      PORT: new URL(wiring.voteUrl).port || "80",
      REDIS_URL: wiring.voteRedisUrl,
      INBOX_URL: wiring.inboxUrl ?? "",
      RESULT_URL: env.RESULT_URL || wiring.resultUrl,
      VOTER_SECRETS: wiring.voterSecret,
    }
  }
  return {
    PORT: new URL(wiring.resultUrl).port || "80",
    DATABASE_URL: wiring.resultDatabaseUrl,
    VOTE_URL: env.VOTE_URL || wiring.voteUrl,
    // What others are to load, as for an embedding, has the address by which they reach it, wherever the host signed in.
    ...(env.RESULT_URL && { PUBLIC_URL: env.RESULT_URL }),
    ADMIN_TOKEN: wiring.adminToken,
  }
}

/** Which stores will be our own, for the person who waits. */
export function whatStarts(env: Environment, broker?: BrokerKind): string {
  const stores = [...(env.DATABASE_URL ? [] : ["Postgres"]), ...(env.REDIS_URL ? [] : ["Redis"])]
  const ours = [...stores, ...(broker ? [BROKER_NAMES[broker]] : [])]
  return ours.length > 0
    ? `Starting ${new Intl.ListFormat("en").format(ours)}`
    : "Using the Postgres and Redis of the environment"
}
