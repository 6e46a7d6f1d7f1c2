/** What takes longer is not waited for: a link may die without a word. */
const ANSWER_MS = 10_000

/**
 * Asks vote for something of a poll, or sends it, as `fetch` does.
 * @param path behind `/api/polls/`
 * @param ms by then the whole answer must be here
 */
export function askPoll(path: string, init?: RequestInit, ms = ANSWER_MS): Promise<Response> {
  // Safari 15.4 has no AbortSignal.timeout.
  const abort = new AbortController()
  setTimeout(() => abort.abort(), ms)
  return fetch(`/api/polls/${path}`, { ...init, signal: abort.signal })
}
