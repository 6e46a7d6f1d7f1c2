/** From poll to poll in place: a page that is left would leave full screen, too. */

import { useRef, useState } from "preact/hooks"
import type { StageData } from "./stage-data"

type MoveFailure = "onlyPoll" | "moveFailed" | null

export function useStageMove(first: StageData) {
  const [data, setData] = useState(first)
  const [failure, setFailure] = useState<MoveFailure>(null)
  const moving = useRef(false)

  const move = async (step: 1 | -1) => {
    if (moving.current) return
    moving.current = true
    try {
      const poll = await neighbour(data.snapshot.poll, step)
      setFailure(poll === null ? "onlyPoll" : null)
      if (poll !== null) setData(await stageOf(poll))
    } catch {
      setFailure("moveFailed")
    } finally {
      moving.current = false
    }
  }
  return { data, failure, move }
}

/** The poll beside this one in the public list, which is a ring; null when there is no other. */
async function neighbour(poll: string, step: 1 | -1): Promise<string | null> {
  const answer = await fetch("/api/polls", { headers: { accept: "application/json" } })
  const { polls } = (await answer.json()) as { polls: Listed[] }
  // An admin's list holds more than a hall may see.
  const ids = polls.flatMap(({ id, state, archived }) => (state === "draft" || archived ? [] : [id]))
  const at = ids.indexOf(poll)
  const next = ids[(at + step + ids.length) % Math.max(1, ids.length)]
  return next === undefined || next === poll ? null : next
}

type Listed = { id: string; state: string; archived: boolean }

/** The data in the page of another poll, whose address becomes that of this page. @throws {Error} when there is none */
async function stageOf(poll: string): Promise<StageData> {
  const address = `/polls/${poll}/stage${location.search}`
  const answer = await fetch(address)
  const page = new DOMParser().parseFromString(await answer.text(), "text/html")
  const data = JSON.parse(page.getElementById("page-data")?.textContent ?? "null") as StageData | null
  if (!data) throw new Error(`The stage of the poll ${poll} can't be read: ${answer.status}`)
  history.replaceState(null, "", address)
  document.title = page.title
  return data
}
