/** The addresses of the list of polls. */

import type { ListPart } from "../views"

export function listAddress(
  { archived, search, ordering }: Pick<ListPart, "archived" | "search" | "ordering">,
  page: number,
): string {
  const query = new URLSearchParams({
    ...(archived && { archived: "1" }),
    ...(search && { q: search }),
    ...(ordering && { order: "1" }),
    ...(page > 1 && { page: String(page) }),
  })
  const text = query.toString()
  return text === "" ? "/admin" : `/admin?${text}`
}

/** The id of the row of a poll on the page. */
export function rowName(poll: string): string {
  return `poll-${poll}`
}
