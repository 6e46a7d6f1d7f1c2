/** What went wrong, as a page. */

import { PROBLEMS, type Problem } from "@tallyroom/lib/errors"
import { renderPage, type Site } from "./layout"

/** @param back where the reader goes on from here, such as the poll's page */
export function problemPage(site: Site, problem: Problem, back: string): string {
  const { title } = PROBLEMS[problem.kind]
  return renderPage({
    site,
    title,
    results: "",
    children: (
      <>
        <h1>{title}</h1>
        <p>{problem.detail}</p>
        <p>
          <a href={back}>Back to the vote</a>
        </p>
      </>
    ),
  })
}
