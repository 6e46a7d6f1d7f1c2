/** What an attack is made on: a running demo on this machine, with a poll of its own that is gone afterwards. */

import { z } from "zod"
import type { RunningDemo } from "../services/stack/running-demo"
import { UserError } from "../services/terminal/user-error"
import { waitFor } from "../services/wait"

export type Target = {
  voteUrl: string
  resultUrl: string
  /** The headers of an admin. */
  admin: Record<string, string>
  /** An open poll, which an attack may change as an admin. */
  poll: string
  /** Another one, which others look at meanwhile. */
  othersPoll: string
}

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/
const listedSchema = z.object({ id: z.string(), default: z.boolean().optional() })
type Listed = z.infer<typeof listedSchema>
/** A part of the list of polls; `next` is the offset of the part after it. */
const pollsSchema = z.object({ polls: z.array(listedSchema), next: z.number().optional() })

/**
 * Makes two polls, works, and takes away all polls that came into being meanwhile.
 * @throws {UserError} for a demo that others reach by another machine's address
 */
export async function withTarget<Result>(
  demo: RunningDemo,
  work: (target: Target) => Promise<Result>,
): Promise<Result> {
  for (const url of [demo.voteUrl, demo.resultUrl])
    if (!LOOPBACK.test(new URL(url).hostname))
      throw new UserError(`${url} is not on this machine: attack a demo here.`)
  const admin = { authorization: `Bearer ${demo.adminToken}` }
  const send = (method: string, path: string, body?: object) =>
    fetch(`${demo.resultUrl}${path}`, {
      method,
      headers: { ...admin, ...(body && { "content-type": "application/json" }) },
      ...(body && { body: JSON.stringify(body) }),
    })
  const read = async (offset = 0): Promise<Listed[]> => {
    const answer = await send("GET", `/api/polls?offset=${offset}`)
    const { polls, next } = pollsSchema.parse(await answer.json())
    return next === undefined ? polls : [...polls, ...(await read(next))]
  }
  const before = await read()
  const make = async (id: string) => {
    const options = [{ label: "A" }, { label: "B" }]
    const made = await send("POST", "/api/polls", {
      ...{ id, title: "Attack", options, policy: "changeable", state: "open" },
    })
    if (!made.ok) throw new UserError(`No poll could be made: ${await made.text()}`)
    await waitFor("the poll on the ballot", async () => (await fetch(`${demo.voteUrl}/api/polls/${id}`)).ok)
    return id
  }
  try {
    const now = Date.now().toString(36)
    const [poll, othersPoll] = [await make(`attack-${now}`), await make(`attack-others-${now}`)]
    return await work({ voteUrl: demo.voteUrl, resultUrl: demo.resultUrl, admin, poll, othersPoll })
  } finally {
    const known = new Set(before.map(({ id }) => id))
    for (const { id } of (await read()).filter(({ id }) => !known.has(id)))
      await send("DELETE", `/api/polls/${id}?confirm=${id}`)
    const shown = before.find((it) => it.default)?.id
    if (shown !== undefined) await send("PATCH", `/api/polls/${shown}`, { default: true })
  }
}
