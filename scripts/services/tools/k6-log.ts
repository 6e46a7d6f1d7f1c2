/**
 * Shortens k6's log for a person: an error that thousands of requests share is shown once, and lines of our scripts as
 * they are.
 */

/** k6 logs a line for each request that failed. */
const REQUEST_FAILED = /Request Failed/
/** Times, ports and addresses of polls differ between lines that say the same. */
const PARTICULARS = /\d+/g

export interface K6Log {
  take(line: string): void
  /** Says how many lines were left out. */
  end(): void
}

/** @param say shows a line */
export function k6Log(say: (line: string) => void): K6Log {
  const repeated = new Map<string, number>()
  return {
    take: (line) => {
      if (!REQUEST_FAILED.test(line)) return say(ownWords(line))
      const kind = line.replace(PARTICULARS, "#")
      const before = repeated.get(kind)
      repeated.set(kind, (before ?? 0) + 1)
      if (before === undefined) say(line)
    },
    end: () => {
      const more = [...repeated.values()].reduce((sum, times) => sum + times - 1, 0)
      if (more > 0) say(`… and ${more} more requests that failed like these.`)
    },
  }
}

/** Takes the sentence that one of our scripts threw out of k6's line about it; other lines stay as they are. */
function ownWords(line: string): string {
  const [, sentence] = /msg="Error: ((?:[^"\\]|\\")*)\\n.*hint="script exception"$/.exec(line) ?? []
  return sentence?.replaceAll('\\"', '"') ?? line
}
