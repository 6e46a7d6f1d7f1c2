/** Ballots that rate options, or say yes or no to each, in a browser: polls that have them, and what a voter does and sees there. */

import { ballotMethodSchema } from "@tallyroom/lib/polls/ballot-method"
import type { Poll } from "@tallyroom/lib/polls/poll"
import type { Page } from "playwright-core"
import { examplePoll } from "../../apps/vote/testing/vote"

const options = ["Cats", "Dogs", "פיצה (גדולה)"].map((label, i) => ({ id: "abc".charAt(i), label }))
const fifty = Array.from({ length: 50 }, (_, i) => ({ id: `o${i + 1}`, label: `Option ${i + 1}` }))

const ballots = {
  tens: ballotMethodSchema.parse({ method: "rate", highest: 10 }),
  fives: ballotMethodSchema.parse({ method: "rate", highest: 5, abstain: true }),
  decide: ballotMethodSchema.parse({ method: "decide" }),
  motions: ballotMethodSchema.parse({ method: "decide", abstain: true }),
}

export const RADIO_POLLS: Poll[] = [
  examplePoll({ isDefault: true, options, ballot: ballots.tens }),
  examplePoll({ number: 2, id: "fives", options, ballot: ballots.fives, policy: "changeable" }),
  examplePoll({ number: 3, id: "motions", options, ballot: ballots.motions }),
  examplePoll({ number: 4, id: "board", options, ballot: ballots.decide, policy: "changeable" }),
  examplePoll({ number: 5, id: "fifty", options: fifty, ballot: ballots.tens }),
  examplePoll({ number: 6, id: "motion", options: options.slice(0, 1), ballot: ballots.decide }),
]

/** Presses what is said of the option, such as a rating. */
export const choose = (page: Page, option: string, said: string) =>
  page
    .getByRole("radiogroup", { name: option, exact: true })
    .getByRole("radio", { name: said, exact: true })
    .check()

/** What the page of a vote says that was said of which option. */
export const chosenWithWords = (page: Page) =>
  page
    .locator(".option.chosen")
    .evaluateAll((rows) =>
      rows.map((row) => [...row.querySelectorAll("strong")].map((it) => it.textContent).join(" ")),
    )
