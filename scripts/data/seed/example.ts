/** A poll for show whose ballots choose several options, which stand in each voter's own order. */

import { type Addresses, findPoll } from "../../services/instance/instance"
import { waitFor } from "../../services/wait"
import type { PollApi } from "../poll/api"

const KNOWN_MS = 20_000

const TALKS = {
  id: "talks",
  title: "Which talks do you want to hear?",
  options: [
    { id: "plug", label: "Pulling the plug on purpose", emoji: "🔌" },
    { id: "night", label: "Postgres at three in the morning", emoji: "🐘" },
    { id: "forms", label: "Forms that everybody can fill in", emoji: "♿" },
    { id: "maps", label: "Maps without a map server", emoji: "🗺️" },
    { id: "queues", label: "Queues that forget nothing", emoji: "📬" },
    { id: "bread", label: "What bakers know about schedules", emoji: "🍞" },
  ],
  ballot: { method: "choose", min: 1, max: 3, abstain: false },
  order: "random",
  policy: "changeable",
  results: "live",
  state: "open",
}

/**
 * Makes the poll, unless it is there, and waits until it can be voted in.
 * @returns its id
 * @throws {UserError} when the API refuses it
 */
export async function makeExample(instance: Addresses, api: PollApi): Promise<string> {
  if ((await findPoll(instance, TALKS.id)) !== null) return TALKS.id
  await api.call("POST", "/api/polls", TALKS)
  await waitFor(
    `the poll ${TALKS.id} to be open`,
    async () => (await findPoll(instance, TALKS.id))?.phase === "open",
    KNOWN_MS,
  )
  return TALKS.id
}
