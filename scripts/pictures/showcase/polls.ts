/** A made-up event and its polls, one for each thing that pages show. */

import type { Choice } from "@tallyroom/lib/ballots/choice"
import type { Option, PollDefinition } from "@tallyroom/lib/polls/poll"

export type ShowPoll = Pick<PollDefinition, "title" | "options"> &
  Partial<Pick<PollDefinition, "ballot" | "policy" | "results" | "eligibility">> & {
    id: string
    default?: true
    state?: "draft"
    /** Hours from now. */
    opensIn?: number
    closesIn?: number
    /** How many choose each option, in their order; or how many ballots say each of `says`. */
    votes?: number[]
    /** What ballots say where they choose several options, by the places of these; nothing for an abstention. */
    says?: number[][]
    /** How it is left once all have voted; "closed" means that the last votes are still being counted. */
    left?: "closed" | "final"
  }

export const POLLS: ShowPoll[] = [
  {
    id: "meetup",
    title: "Where should the next meetup be?",
    options: options("🌉 Lisbon", "🏰 Kraków", "⛵ Marseille", "🚲 Ghent", "🐉 Ljubljana"),
    policy: "changeable",
    default: true,
    closesIn: 2.25,
    votes: [141, 96, 118, 57, 83],
  },
  {
    id: "shirt",
    title: "Which colour shall the T-shirts have?",
    options: [
      { id: "a", label: "Sunset", colour: "#f2711c" },
      { id: "b", label: "Forest", colour: "#1f7a4d" },
      { id: "c", label: "Lemon", colour: "#ffe14d" },
      { id: "d", label: "Midnight", colour: "#16204a" },
    ],
    votes: [42, 61, 18, 37],
  },
  {
    id: "talk",
    title: "Which talk do you want to hear once more?",
    options: options(
      "Queues that never lose anything",
      "What we learned from a year of outages",
      "A gentle introduction to CRDTs",
      "Typography for people who write code",
    ),
    votes: [31, 54, 29, 40],
  },
  {
    id: "lunch",
    title: "What shall we have for lunch?",
    options: options("🍜 Ramen", "🍕 Pizza", "🥗 Salad"),
    policy: "changeable",
    votes: [38, 44, 21],
  },
  {
    id: "board",
    title: "Who shall chair the club next year?",
    options: options("Amara Okafor", "Jonas Lindqvist", "Mei Tanaka"),
    eligibility: "code",
    votes: [9, 7, 12],
  },
  {
    id: "keynote",
    title: "Which keynote moved you most?",
    options: options("🎤 The opening", "🎤 The closing"),
    opensIn: 3.5,
  },
  {
    id: "workshops",
    title: "Which workshops would you come to?",
    options: options("🧶 Knitting", "🥖 Sourdough", "📷 Darkroom", "🪕 Banjo for beginners"),
    ballot: { method: "choose", min: 1, max: 2, abstain: true },
    votes: [41, 18, 27, 12, 22, 9],
    says: [[0, 1], [1], [1, 2], [3], [0, 3], []],
  },
  { id: "owls", title: "Early bird or night owl?", options: options("🐦 Early bird", "🦉 Night owl") },
  {
    id: "tabs",
    title: "Tabs or spaces?",
    options: options("Tabs", "Spaces"),
    votes: [77, 80],
    left: "closed",
  },
  {
    id: "band",
    title: "What shall the band play last?",
    options: options("🎷 Take Five", "🎸 Johnny B. Goode", "🎹 Clair de Lune", "🥁 Sing, Sing, Sing"),
    votes: [64, 131, 88, 103],
    left: "final",
  },
  {
    id: "dessert",
    title: "Cake or ice cream?",
    options: options("🍰 Cake", "🍨 Ice cream"),
    votes: [58, 58],
    left: "final",
  },
  {
    id: "speaker",
    title: "Who gave the talk of the day?",
    options: options("🌟 Priya", "🌟 Tomás", "🌟 Ingrid"),
    results: "after-close",
    votes: [33, 41, 27],
  },
  {
    id: "team",
    title: "Which demo should win the hackathon?",
    options: options("🤖 Robot barista", "🗺️ Paper maps", "🎧 Silent disco"),
    results: "after-vote",
    votes: [22, 35, 30],
  },
  {
    id: "drinks",
    title: "What do we drink tonight?",
    options: options("🍵 Tea", "🍋 Lemonade", "🍷 Wine"),
    state: "draft",
  },
  { id: "city", title: "Which city shall host the summer festival?", ...cities() },
]

/** What the ballots of each number in `votes` say. */
export function choicesOf({ options, says }: Pick<ShowPoll, "options" | "says">): Choice[] {
  if (!says) return options.map(({ id }) => ({ option: id }))
  return says.map((places) => {
    const ids = places.flatMap((place) => options[place]?.id ?? [])
    return ids.length === 0 ? { abstain: true } : { options: ids }
  })
}

/** "🌉 Lisbon" is Lisbon with an emoji; ids are a, b, c, … */
function options(...labels: string[]): Option[] {
  return labels.map((text, i) => {
    const [emoji, label] = /^(\p{Emoji_Presentation}|\p{Emoji}\uFE0F) (.*)$/u.exec(text)?.slice(1) ?? []
    const id = String.fromCharCode(97 + i)
    return emoji && label ? { id, label, emoji } : { id, label: text }
  })
}

/** As many options as a poll may have. */
function cities(): Pick<ShowPoll, "options" | "votes"> {
  const names =
    `Amsterdam Antwerp Athens Barcelona Basel Belgrade Bergen Berlin Bilbao Bologna Bordeaux Bratislava Brno Bruges
    Brussels Bucharest Budapest Cologne Copenhagen Cork Dresden Dublin Edinburgh Florence Gdańsk Geneva Genoa Glasgow Graz
    Hamburg Helsinki Leipzig Lille Luxembourg Lyon Madrid Malmö Milan Munich Naples Nice Oslo Palermo Paris Porto Prague
    Riga Rotterdam Seville Sofia`.split(/\s+/)
  return {
    options: names.map((label, i) => ({ id: `c${i + 1}`, label })),
    votes: names.map((_, i) => (i * 37 + 11) % 50),
  }
}
