/** What went wrong, as a page. */

import { PROBLEMS, type Problem } from "@tallyroom/lib/errors"
import { renderPage, type Site } from "./layout"

export function problemPage(site: Site, problem: Problem): string {
  const { title } = PROBLEMS[problem.kind]
  return renderPage({
    site,
    title,
    children: (
      <>
        <h1>{title}</h1>
        <p>{problem.detail}</p>
        <p>
          <a href="/">Look at the results</a>
        </p>
      </>
    ),
  })
}
