/** Under `bun --hot` the program runs again in the same process, and what ran before would go on listening. */

type Global = typeof globalThis & { releaseTallyroomResult?: () => Promise<void> }

/** Lets what ran before give up its connections, and remembers how this run does. */
export async function replacePrevious(release: () => Promise<void>): Promise<void> {
  const kept: Global = globalThis
  const previous = kept.releaseTallyroomResult
  kept.releaseTallyroomResult = release
  await previous?.()
}
