/** How many ballots say each order of preference: all that the rules for ranked ballots need to know of them. */

export type Ranking = {
  /** Options by their index, the most preferred first, none twice. Whoever is not among them is ranked below those who are. */
  readonly order: ArrayLike<number>
  /** How many ballots say so: a whole number above 0. */
  readonly ballots: number
}

/** They are taken one by one, so that what tells a million of them may tell each in the same object. */
export type Rankings = Iterable<Ranking> & { readonly length: number }

/** What stands behind the last option of an order. */
const NONE = 255

/** Rankings in two arrays, as a million objects would take several times as long to go through. */
export class Profile {
  /** How many rankings there are; they are known by their index, from 0. */
  readonly length: number
  /** How many ballots there are, those that rank nobody among them. */
  readonly total: number
  private readonly places: Uint8Array
  private readonly counts: Float64Array

  /**
   * @param options how many there are, at most 255; they are known by their index, from 0
   * @throws {RangeError} that says what is wrong with a ranking
   */
  constructor(
    readonly options: number,
    rankings: Rankings,
  ) {
    if (options > NONE) throw new RangeError(`There are ${options} options: at most ${NONE} can be ranked.`)
    this.length = rankings.length
    this.places = new Uint8Array(rankings.length * options).fill(NONE)
    this.counts = new Float64Array(rankings.length)
    let total = 0
    let i = 0
    for (const { order, ballots } of rankings) {
      assertRanking(order, ballots, options)
      this.places.set(order, i * options)
      this.counts[i++] = ballots
      total += ballots
    }
    if (!Number.isSafeInteger(total)) throw new RangeError("There are more ballots than can be counted.")
    this.total = total
  }

  /** How many ballots have this ranking. */
  ballots(ranking: number): number {
    return this.counts[ranking] ?? 0
  }

  /** The option at this place of a ranking, from 0; undefined behind its last one. */
  at(ranking: number, place: number): number | undefined {
    const option = place < this.options ? this.places[ranking * this.options + place] : NONE
    return option === NONE ? undefined : option
  }

  /** The most preferred of those that are left; undefined where a ranking has none of them. @param isLeft 1 for these, by option */
  best(ranking: number, isLeft: Uint8Array): number | undefined {
    for (let place = 0; ; place++) {
      const option = this.at(ranking, place)
      if (option === undefined || isLeft[option] === 1) return option
    }
  }
}

function assertRanking(order: ArrayLike<number>, ballots: number, options: number): void {
  if (!Number.isSafeInteger(ballots) || ballots < 1)
    throw new RangeError(`A ranking has ${ballots} ballots: it needs a whole number above 0.`)
  const seen = new Uint8Array(options)
  for (let place = 0; place < order.length; place++) {
    const option = order[place] ?? -1
    if (!Number.isInteger(option) || option < 0 || option >= options)
      throw new RangeError(`A ranking has option ${option}: there are ${options}, counted from 0.`)
    if (seen[option] === 1) throw new RangeError(`A ranking has option ${option} twice.`)
    seen[option] = 1
  }
}
