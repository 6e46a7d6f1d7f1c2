/** The made-up event, and the polls that only pictures need. */

import { pollApi } from "../../data/poll/api"
import type { RunningDemo } from "../../services/stack/running-demo"
import { type Event, makeEvent } from "../showcase/event"
import { POLLS, type ShowPoll } from "../showcase/polls"

/** All pictures are taken from one network: its vote is in. */
const HOUSE: ShowPoll = {
  id: "house",
  title: "What colour shall the front door be?",
  options: [
    { id: "a", label: "Red", colour: "#b3261e" },
    { id: "b", label: "Green", colour: "#1f7a4d" },
    { id: "c", label: "Blue", colour: "#2456a6" },
  ],
  eligibility: "network",
  votes: [1],
}

const LAST_YEAR: ShowPoll = {
  id: "last-year",
  title: "Where did you like it best last year?",
  options: [
    { id: "a", label: "In the garden" },
    { id: "b", label: "On the roof" },
  ],
  votes: [34, 52],
  left: "final",
}

export async function makePicturedEvent(running: RunningDemo): Promise<Event> {
  const event = await makeEvent(running, [...POLLS, HOUSE, LAST_YEAR])
  const api = pollApi({ address: running.resultUrl, token: running.adminToken })
  await api.call("PATCH", `/api/polls/${LAST_YEAR.id}`, { archived: true })
  return event
}
