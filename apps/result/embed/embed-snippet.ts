/** What a team pastes into its own site to show a poll there. */

export type EmbedView = "results" | "ballot"

/**
 * HTML that shows a poll in a frame which is as high as its content, without scripts as high as a small poll needs.
 * @param resultUrl where people reach the result app
 */
export function embedSnippet(resultUrl: string, poll: string, view: EmbedView = "results"): string {
  const script = new URL("/embed.js", resultUrl).href
  const shown = view === "ballot" ? ' data-view="ballot"' : ""
  return `<script src="${script}" data-poll="${poll}"${shown} async></script>`
}

/** The same as a plain frame, for sites that take no scripts; its height is fixed. */
export function frameSnippet(resultUrl: string, poll: string, view: EmbedView = "results"): string {
  const address = new URL(`/embed/${poll}${view === "ballot" ? "?view=ballot" : ""}`, resultUrl).href
  return `<iframe src="${address}" title="Tallyroom" width="100%" height="480" style="border:0" loading="lazy"></iframe>`
}
