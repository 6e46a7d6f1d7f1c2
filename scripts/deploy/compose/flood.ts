import { castUntilAnswered, crowd, person } from "../../services/apps/voters"

/** So many voters keep ballots under way everywhere at every moment. */
const AT_ONCE = 16

/** Longer than the recovery that killEachContainer waits for. */
const GIVE_UP_MS = 150_000

export type FloodResult = { accepted: number; refused: string[] }

/** Casts votes while `work` goes on, each until it is answered, and keeps the reason of each refusal. */
export async function floodDuring(
  voteUrl: string,
  poll: string,
  work: () => Promise<void>,
): Promise<FloodResult> {
  const flood: FloodResult = { accepted: 0, refused: [] }
  let working = true
  const done = work().finally(() => {
    working = false
  })
  // Its error is handled after the voters, and must not count as unhandled until then.
  done.catch(() => {})
  await crowd(AT_ONCE, AT_ONCE, async (voter) => {
    for (let i = 0; working; i++) {
      try {
        const { status } = await castUntilAnswered(
          [voteUrl],
          poll,
          person(),
          (i + voter) % 3 === 0 ? "b" : "a",
          GIVE_UP_MS,
        )
        if (status === 201 || status === 202 || status === 200) flood.accepted++
        else flood.refused.push(String(status))
      } catch (error) {
        flood.refused.push(String(error))
      }
    }
  })
  await done
  return flood
}
