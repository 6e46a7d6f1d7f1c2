/** What k6 logs, for a person: a fault that thousands of requests share is told once, and what a script says as it says it. */

/** Of requests that failed k6 says each. */
const REQUEST_FAILED = /Request Failed/
/** Times, ports and addresses of polls differ between lines that say the same. */
const PARTICULARS = /\d+/g

export interface K6Log {
  take(line: string): void
  /** Says how often what was left out was repeated. */
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

/** What our scripts throw is a sentence, which k6 wraps with its place in them; all other lines are told as they are. */
function ownWords(line: string): string {
  const [, sentence] = /msg="Error: ((?:[^"\\]|\\")*)\\n.*hint="script exception"$/.exec(line) ?? []
  return sentence?.replaceAll('\\"', '"') ?? line
}
