/** Acts whenever one of these happens to the page. @returns a function that stops it */
export function listen(events: string[], act: () => void): () => void {
  for (const event of events) addEventListener(event, act)
  return () => {
    for (const event of events) removeEventListener(event, act)
  }
}
