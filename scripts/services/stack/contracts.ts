import { integer, readSettings, SettingsError, setting } from "@tallyroom/lib/process/settings"
import type { AppName } from "../apps/app-process"
import { assertPortFree } from "../processes/ports"
import { UserError } from "../terminal/user-error"
import type { Wiring } from "./settings"

type Environment = Record<string, string | undefined>

const port = integer(1, 65_535)

/** The ports that the other systems' clients use by default. */
const contractSettings = {
  PETS_VOTE_PORT: setting({ schema: port, default: "8084", description: "Port of the pets' ballot." }),
  PETS_RESULT_PORT: setting({ schema: port, default: "8085", description: "Port of the pets' result." }),
  POSTS_PORT: setting({ schema: port, default: "5000", description: "Port of the posts' votes and counts." }),
}

/** The addresses of the apps that answer other systems' clients. */
export interface ContractUrls {
  readonly petsVoteUrl: string
  readonly petsResultUrl: string
  readonly postsUrl: string
}

/** One more app beside the ordinary three, with its own share of the wiring and the environment. */
export interface ContractApp {
  readonly name: AppName
  readonly source: string
  readonly wiring: Wiring
  readonly env: Environment
}

/** What a worker must be told so that these apps find their polls. */
export const WORKER_CONTRACTS = "pets,posts"

/** The addresses, once all their ports are found to be free; `taken` are those that the stack itself needs. */
export async function contractUrls(env: Environment, taken: number[]): Promise<ContractUrls> {
  const ports = readOrExplain(env)
  const all = [...taken, ...Object.values(ports)]
  if (new Set(all).size < all.length) {
    throw new UserError(
      `Two pages share a port among ${all.join(", ")}: set VOTE_PORT, RESULT_PORT, PETS_VOTE_PORT, PETS_RESULT_PORT and POSTS_PORT apart.`,
    )
  }
  await assertPortFree(ports.PETS_VOTE_PORT, "the pets' ballot", "PETS_VOTE_PORT")
  await assertPortFree(ports.PETS_RESULT_PORT, "the pets' result", "PETS_RESULT_PORT")
  await assertPortFree(ports.POSTS_PORT, "the posts' votes", "POSTS_PORT")
  return {
    petsVoteUrl: `http://localhost:${ports.PETS_VOTE_PORT}`,
    petsResultUrl: `http://localhost:${ports.PETS_RESULT_PORT}`,
    postsUrl: `http://localhost:${ports.POSTS_PORT}`,
  }
}

function readOrExplain(env: Environment) {
  try {
    return readSettings(contractSettings, env)
  } catch (error) {
    throw error instanceof SettingsError ? new UserError(error.message, { cause: error }) : error
  }
}

/** The apps that answer at these addresses, over the stores of the stack. */
export function contractApps(wiring: Wiring, urls: ContractUrls, env: Environment): ContractApp[] {
  const pets = { ...wiring, voteUrl: urls.petsVoteUrl, resultUrl: urls.petsResultUrl }
  const posts = { ...wiring, voteUrl: urls.postsUrl }
  // The addresses in the environment belong to the classic pages.
  const own = { ...env, PUBLIC_URL: "", VOTE_URL: "", RESULT_URL: "" }
  return [
    { name: "vote", source: "vote-pets", wiring: pets, env: { ...own, CONTRACT: "pets" } },
    { name: "result", source: "result-pets", wiring: pets, env: { ...own, CONTRACT: "pets" } },
    { name: "vote", source: "vote-posts", wiring: posts, env: { ...own, CONTRACT: "posts" } },
  ]
}
