/** How many voters send at the same time: enough to keep several processes busy. */
const AT_ONCE = 48

/** Votes as fast as the vote app answers until the signal aborts. @returns how many were accepted */
export async function voteWithAllMight(voteUrl: string, poll: string, signal: AbortSignal): Promise<number> {
  let accepted = 0
  const voter = async () => {
    while (!signal.aborted) {
      const headers = { "content-type": "application/json", "idempotency-key": crypto.randomUUID() }
      const body = JSON.stringify({ option: accepted % 3 === 0 ? "b" : "a" })
      const url = `${voteUrl}/api/polls/${poll}/votes`
      const answer = await fetch(url, { method: "POST", headers, body }).catch(() => undefined)
      await answer?.arrayBuffer().catch(() => {})
      if (answer?.status === 201) accepted++
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, voter))
  return accepted
}
