/** Polls that were deleted: whoever asks for one is told that it was deleted, and not that it never existed. */

import type { Database } from "@tallyroom/lib/database"
import { Problem, shown } from "@tallyroom/lib/errors"
import { SLUG } from "@tallyroom/lib/polls/poll"
import { textArray } from "@tallyroom/lib/postgres-array"
import { sharedReads } from "../database/shared-reads"

/** Finds the id of the poll that an address of a page, of the API or of the control room names. */
const NAMED = /^\/(?:api\/|admin\/)?(?:polls|embed)\/([^/]+)/

export type DeletedPolls = {
  /** Whether there was such a poll and there is none now; false while Postgres can't be asked. */
  has: (id: string) => Promise<boolean>
  /** Turns poll-unknown into poll-deleted where the poll was deleted. Any other problem stays as it is. */
  refine: (problem: Problem, request: Request) => Promise<Problem>
}

export function deletedPollReads(sql: Database): DeletedPolls {
  const deleted = sharedReads(async (ids) => {
    const asked = textArray(ids)
    const rows = await sql`
      SELECT id FROM deleted_polls WHERE id = ANY(${asked}::text[])
        AND NOT EXISTS (SELECT FROM polls WHERE polls.id = deleted_polls.id AND deleting_at IS NULL)
      UNION SELECT id FROM polls WHERE deleting_at IS NOT NULL AND id = ANY(${asked}::text[])`
    return new Map(rows.map((row) => [String(row.id), true] as const))
  })
  const has = async (id: string) => (await deleted.read(id).catch(() => false)) ?? false
  return {
    has,
    async refine(problem, request) {
      const id = problem.kind === "poll-unknown" ? pollIn(request) : null
      if (id === null || !(await has(id))) return problem
      const detail = `The poll ${shown(id)} was deleted by its host: nothing of it is left.`
      return new Problem("poll-deleted", detail)
    },
  }
}

function pollIn(request: Request): string | null {
  const { pathname, searchParams } = new URL(request.url)
  const id = pathname === "/live" ? searchParams.get("poll") : NAMED.exec(pathname)?.[1]
  return id && SLUG.test(id) ? id : null
}
