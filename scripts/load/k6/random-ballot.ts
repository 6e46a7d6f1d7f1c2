/** A ballot by chance, as one of any crowd fills it in. k6 runs this file too, so it imports nothing. */

/** What of a poll a ballot depends on, as its API shows it. */
export type AskedOf = {
  options: readonly string[]
  ballot: { method: string; min?: number; max?: number | "all"; highest?: number; abstain: boolean }
}

/** The fields by which a vote's JSON says it. */
export type Said =
  | { option: string }
  | { options: string[] }
  | { ranking: string[] }
  | { ratings: Record<string, number> }
  | { answers: Record<string, "yes" | "no"> }
  | { abstain: true }

/** Of 100 voters who may abstain, so many do. */
const ABSTENTIONS = 5
/** Of 100 options that need not be rated or decided, so many are. */
const ANSWERED = 80
const HIGHEST_RATING = 5

/**
 * @param shareOf how much an option is liked beside the others; who has 0 is never chosen
 * @throws {Error} where so many options have 0 that no ballot can be filled in, and for a method that is not known here
 */
export function randomBallot(asked: AskedOf, shareOf: (option: string) => number): Said {
  const { method, highest = HIGHEST_RATING, abstain } = asked.ballot
  if (abstain && Math.random() * 100 < ABSTENTIONS) return { abstain: true }
  switch (method) {
    case "choose":
      return chosen(asked, shareOf)
    case "rank":
      return { ranking: drawn(asked, shareOf) }
    case "rate":
      return { ratings: eachOf(asked, (option) => Math.floor(liking(shareOf(option)) * (highest + 1))) }
    case "decide":
      return { answers: eachOf(asked, (option) => (liking(shareOf(option)) < 0.5 ? "no" : "yes")) }
    default:
      throw new Error(`Nobody here knows how to fill in a ballot of the method ${method}.`)
  }
}

function chosen(asked: AskedOf, shareOf: (option: string) => number): Said {
  const options = drawn(asked, shareOf)
  const [first] = options
  return asked.ballot.max === 1 && first !== undefined ? { option: first } : { options }
}

/** As many options as a ballot may name, those with greater shares more often and earlier (Efraimidis and Spirakis, 2006). */
function drawn({ options, ballot }: AskedOf, shareOf: (option: string) => number): string[] {
  const { min = 1, max = 1 } = ballot
  const liked = options
    .map((option) => ({ option, liking: liking(shareOf(option)) }))
    .filter(({ liking }) => liking > 0)
    .sort((a, b) => b.liking - a.liking)
    .map(({ option }) => option)
  if (liked.length < min) throw new Error(`A ballot names at least ${min} options: leave out fewer.`)
  const most = max === "all" ? liked.length : Math.min(max, liked.length)
  return liked.slice(0, min + Math.floor(Math.random() * (most - min + 1)))
}

/** From 0 to 1; greater shares are greater on average, and 0 is 0. */
function liking(share: number): number {
  return share > 0 ? (1 - Math.random()) ** (1 / share) : 0
}

/** Something of most options, and of one at least. */
function eachOf<T>({ options }: AskedOf, say: (option: string) => T): Record<string, T> {
  const some = options.filter(() => Math.random() * 100 < ANSWERED)
  const named = some.length > 0 ? some : options.slice(0, 1)
  return Object.fromEntries(named.map((option) => [option, say(option)]))
}
