/** The HTML that a team pastes into its own site to show a poll there. */

export type EmbedView = "results" | "ballot"

/**
 * A script that shows a poll in a frame as high as its content.
 * @param resultUrl where people reach the result app
 */
export function embedSnippet(resultUrl: string, poll: string, view: EmbedView = "results"): string {
  const script = new URL("/embed.js", resultUrl).href
  const shown = view === "ballot" ? ' data-view="ballot"' : ""
  return `<script src="${script}" data-poll="${poll}"${shown} async></script>`
}

/** A plain frame of fixed height, for sites that allow no scripts. */
export function frameSnippet(resultUrl: string, poll: string, view: EmbedView = "results"): string {
  const address = new URL(`/embed/${poll}${view === "ballot" ? "?view=ballot" : ""}`, resultUrl).href
  return `<iframe src="${address}" title="Tallyroom" width="100%" height="480" style="border:0" loading="lazy"></iframe>`
}
