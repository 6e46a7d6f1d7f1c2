/** The polls that one page of the list shows. */

import { searchable } from "@tallyroom/lib/polls/names"
import type { ListPart } from "../views"

/** How many polls one page of the list shows. */
export const LIST_PAGE = 50

/** The part of the polls that a query asks for. Polls are found by parts of title or id, without regard to case and accents. */
export function partOfPolls<Listed extends { id: string; title: string; archived: boolean }>(
  all: readonly Listed[],
  query: URLSearchParams,
): ListPart & { polls: Listed[]; archivedCount: number } {
  const archived = query.has("archived")
  const search = (query.get("q") ?? "").trim().slice(0, 200)
  const listed = all.filter((poll) => poll.archived === archived)
  const words = searchable(search).split(" ")
  const found = listed.filter(({ id, title }) =>
    words.every((word) => searchable(`${title} ${id}`).includes(word)),
  )
  const last = Math.max(1, Math.ceil(found.length / LIST_PAGE))
  const page = Math.min(Math.max(1, Math.trunc(Number(query.get("page"))) || 1), last)
  const before = (page - 1) * LIST_PAGE
  return {
    polls: found.slice(before, before + LIST_PAGE),
    ...{ archived, search, ordering: search === "" && query.has("order") },
    ...{ page, from: before + 1, to: Math.min(before + LIST_PAGE, found.length) },
    ...{ count: found.length, listedCount: listed.length, hasNext: page < last },
    archivedCount: archived ? listed.length : all.length - listed.length,
  }
}
