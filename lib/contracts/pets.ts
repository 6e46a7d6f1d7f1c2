/** The poll of the pets contract: the worker creates it, and vote and result answer about it. */

export const PETS_POLL = "pets"

/** In the order in which ballots show them. */
export const PETS = [
  { id: "dogs", label: "Dogs", emoji: "🐶" },
  { id: "cats", label: "Cats", emoji: "🐱" },
  { id: "lizards", label: "Lizards", emoji: "🦎" },
] as const

export type Pet = (typeof PETS)[number]["id"]
