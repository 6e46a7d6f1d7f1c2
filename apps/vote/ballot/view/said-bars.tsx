/** The tally of ballots that rate options, or say yes or no to each. What that decides is told by the results. */

import { ownValue } from "@tallyroom/lib/own-value"
import { countOf } from "@tallyroom/lib/polls/counts"
import type { TallyProps } from "./ballot-kind"
import { useBallotText } from "./ballot-text"
import { BallotCount, OptionBar, TallyRow } from "./tally-row"

/** How many ballots say this of the option: a rating, yes or no. */
type Said = Readonly<Record<string, number>>

export function SaidBars({ poll: { options, ballot, sums = false }, counts, final }: TallyProps) {
  const rating = counts.total - (counts.abstained ?? 0)
  return (
    <>
      <ul class="tally">
        {options.map((option, index) => {
          const said = ownValue(counts.said ?? {}, option.id) ?? {}
          return ballot.method === "rate" ? (
            <RatedRow key={option.id} {...{ option, index, said, sums, rating }} highest={ballot.highest} />
          ) : (
            <DecidedRow key={option.id} {...{ option, said }} ballots={counts.total} />
          )
        })}
      </ul>
      <BallotCount {...{ counts, final }} />
    </>
  )
}

type RowProps = { option: TallyProps["poll"]["options"][number]; said: Said }

type RatedProps = RowProps & {
  index: number
  highest: number
  /** Whether sums are compared, and not means. */
  sums: boolean
  /** How many ballots rate any option. */
  rating: number
}

/** The mean of the ratings or their sum, whichever is compared, with how many they are: a mean of few says less. */
function RatedRow({ option, index, said, highest, sums, rating }: RatedProps) {
  const { t, language } = useBallotText()
  const ratings = Object.values(said).reduce((sum, ballots) => sum + ballots, 0)
  const sum = Object.entries(said).reduce((sum, [rating, ballots]) => sum + Number(rating) * ballots, 0)
  const share = sum / Math.max(1, (sums ? rating : ratings) * highest)
  const mean = ratings > 0 ? meanText(sum, ratings, language) : "–"
  return (
    <TallyRow option={option} bar={<OptionBar {...{ option, index, share }} />}>
      <strong>{sums ? t("sum", { sum }) : mean}</strong>{" "}
      <span class="muted">{t("ratings", { count: ratings })}</span>
    </TallyRow>
  )
}

/** With two decimals, rounded half up as the results round it: 201 / 200 is 1.01. */
function meanText(sum: number, ratings: number, language: string): string {
  const hundredths = Math.round((sum * 100) / ratings)
  return new Intl.NumberFormat(language, { minimumFractionDigits: 2 }).format(hundredths / 100)
}

/** Who says neither yes nor no to an option abstains from it. */
function DecidedRow({ option, said, ballots }: RowProps & { ballots: number }) {
  const { t, number } = useBallotText()
  const [yes, no] = [countOf(said, "yes"), countOf(said, "no")]
  const parts = [
    { name: "yes", words: t("yes"), count: yes },
    { name: "no", words: t("no"), count: no },
    { name: "neither", words: t("abstained"), count: Math.max(0, ballots - yes - no) },
  ]
  const percentOf = (count: number) => `${((count * 100) / Math.max(1, ballots)).toFixed(2)}%`
  return (
    <TallyRow
      option={option}
      bar={
        <svg class="bar" aria-hidden="true">
          {parts.map(({ name, count }, i) => (
            <rect
              key={name}
              class={name}
              x={percentOf(parts.slice(0, i).reduce((sum, part) => sum + part.count, 0))}
              width={percentOf(count)}
              height="100%"
            />
          ))}
        </svg>
      }
    >
      {parts.map(({ name, words, count }) => (
        <span key={name} class={`part ${name}`}>
          {words} <strong>{number(count)}</strong>{" "}
        </span>
      ))}
    </TallyRow>
  )
}
