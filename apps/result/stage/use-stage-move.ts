/** Moves from poll to poll within one page, as loading another page would end full screen. */

import { trustedHtml } from "@tallyroom/lib/ui/trusted-html"
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

/** The next poll in the public list, where the first one follows the last one; null when there is no other. */
async function neighbour(poll: string, step: 1 | -1): Promise<string | null> {
  // The list for an admin has polls that the audience may not see.
  const ids = (await listed()).flatMap(({ id, state, archived }) =>
    state === "draft" || archived ? [] : [id],
  )
  const at = ids.indexOf(poll)
  const next = ids[(at + step + ids.length) % Math.max(1, ids.length)]
  return next === undefined || next === poll ? null : next
}

/** The whole list, part by part. */
async function listed(): Promise<Listed[]> {
  const polls: Listed[] = []
  for (let offset: number | undefined = 0; offset !== undefined; ) {
    const answer = await fetch(`/api/polls?offset=${offset}`, { headers: { accept: "application/json" } })
    const part = (await answer.json()) as { polls: Listed[]; next?: number }
    polls.push(...part.polls)
    offset = part.next
  }
  return polls
}

type Listed = { id: string; state: string; archived: boolean }

/** Reads the data in the page of another poll, and makes its address that of this page. @throws {Error} when there is none */
async function stageOf(poll: string): Promise<StageData> {
  const address = `/polls/${poll}/stage${location.search}`
  const answer = await fetch(address)
  const page = new DOMParser().parseFromString(trustedHtml(await answer.text()), "text/html")
  const data = JSON.parse(page.getElementById("page-data")?.textContent ?? "null") as StageData | null
  if (!data) throw new Error(`The stage of the poll ${poll} can't be read: ${answer.status}`)
  history.replaceState(null, "", address)
  document.title = page.title
  return data
}
