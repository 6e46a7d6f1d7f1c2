/** How many ballots say each order of preference: all that the rules for ranked ballots need to know of them. */

export type Ranking = {
  /** Options by their index, the most preferred first, none twice. Whoever is not among them is ranked below those who are. */
  readonly order: ArrayLike<number>
  /** How many ballots say so: a whole number above 0. */
  readonly ballots: number
}

export type Profile = {
  /** How many options there are; they are known by their index, from 0. */
  readonly options: number
  readonly rankings: readonly Ranking[]
}

/** How many ballots there are, those that rank nobody among them. */
export function ballotsIn(profile: Profile): number {
  return profile.rankings.reduce((sum, { ballots }) => sum + ballots, 0)
}

/** The same profile, or an error that names what is wrong. @throws {RangeError} */
export function checkedProfile(profile: Profile): Profile {
  for (const { order, ballots } of profile.rankings) {
    if (!Number.isSafeInteger(ballots) || ballots < 1)
      throw new RangeError(`A ranking has ${ballots} ballots: it needs a whole number above 0.`)
    const ranked = new Set<number>()
    for (const option of Array.from(order)) {
      if (!Number.isInteger(option) || option < 0 || option >= profile.options)
        throw new RangeError(`A ranking has option ${option}: there are ${profile.options}, counted from 0.`)
      if (ranked.has(option)) throw new RangeError(`A ranking has option ${option} twice.`)
      ranked.add(option)
    }
  }
  if (!Number.isSafeInteger(ballotsIn(profile)))
    throw new RangeError("There are more ballots than can be counted.")
  return profile
}
