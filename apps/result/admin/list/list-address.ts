/** Where a page of the list of polls is. */

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

/** The name of a poll's row in the page. */
export function rowName(poll: string): string {
  return `poll-${poll}`
}
