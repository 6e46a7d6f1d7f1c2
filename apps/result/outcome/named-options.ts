/** The options of a poll by their ids, as pages name and colour them. */

import { optionColours } from "@tallyroom/lib/ui/colour"
import { isolated } from "@tallyroom/lib/ui/direction"
import { withDistinctColours } from "@tallyroom/lib/ui/option-hues"
import type { Snapshot, SnapshotOption } from "../tally/snapshot"
import type { OutcomeText } from "./outcome-messages"

export type NamedOptions = {
  /** In the order of the ballot. */
  all: readonly SnapshotOption[]
  /** "Ann and Bob", each in its own direction of writing. */
  list: (ids: readonly string[]) => string
  colours: (id: string) => ReturnType<typeof optionColours>
}

export function namedOptions({ options }: Pick<Snapshot, "options">, text: OutcomeText): NamedOptions {
  const coloured = withDistinctColours(options)
  const places = new Map(coloured.map((option, place) => [option.id, { option, place }]))
  const label = (id: string) => isolated(places.get(id)?.option.label ?? id)
  return {
    all: options,
    list: (ids) => text.list(ids.map(label)),
    colours: (id) => {
      const { option = {}, place = 0 } = places.get(id) ?? {}
      return optionColours(option, place)
    },
  }
}
