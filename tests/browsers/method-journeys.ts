/** Ballots of every method, as people fill them in and as viewers see what comes of them. */

import { describe } from "bun:test"
import type { BrowserFixture } from "./fixture"
import type { Person } from "./person"

type Journeys = {
  fixture: () => BrowserFixture
  arrive: (url: string, width?: number) => Promise<Person>
  journey: (title: string, run: () => Promise<void>) => void
}

const isLive = () => document.activeElement?.tagName === "FORM"

export function runMethodJourneys({ fixture, arrive, journey }: Journeys): void {
  const opens = async (poll: string) => {
    const voter = await arrive(`${fixture().vote.url}/polls/${poll}`)
    await voter.finds("the page live", isLive)
    return voter
  }
  /** A page whose scripts never come. */
  const opensPlain = async (poll: string) => {
    fixture().vote.scripts(false)
    return arrive(`${fixture().vote.url}/polls/${poll}`)
  }
  const casts = async (voter: Person) => {
    await voter.taps(".cast .primary", "Vote")
    await voter.sees("h1", "Your vote is in")
  }
  const goesOnFrom = async (voter: Person, css: string, values: string) => {
    await voter.taps("a", "Change my vote")
    await voter.holds(css, values)
  }
  const plainJourney = (title: string, run: () => Promise<void>) =>
    journey(title, () => run().finally(() => fixture().vote.scripts(true)))

  describe("a voter", () => {
    journey("chooses up to two, is told when no more can be, and abstains instead", async () => {
      const voter = await opens("two")
      await voter.taps(".box .option", "Ann")
      await voter.sees(".cast [role=status]", "1 of 2 chosen")
      await voter.taps(".box .option", "Bob")
      await voter.taps(".box .option", "Cem")
      await voter.sees(".cast [role=status]", "2 are chosen, and no more can be")
      await casts(voter)
      await voter.taps("a", "Change my vote")
      await voter.sees(".box .option", "Your choice now")
      await voter.taps("button", "Abstain")
      await voter.taps(".cast .primary", "Cast my abstention")
      await voter.sees(".chosen", "Abstention")
    })

    journey(
      "ranks by taps, by the buttons, by dragging and by keys, and goes on from there later",
      async () => {
        const voter = await opens("ranked")
        for (const label of ["Cem", "Ann", "Bob"]) await voter.taps("button.option", label)
        await voter.taps("#up-bob")
        await voter.sees("li:nth-child(2)", "Bob")
        await voter.run(() => document.querySelector(".order")?.scrollIntoView({ block: "center" }), null)
        await voter.drags({ css: "li:nth-child(3) .handle" }, { css: "li:nth-child(1) .handle" })
        await voter.sees("li:nth-child(1)", "Ann")
        await voter.sees("[role=status]", "Ann: place 1 of 3.")
        await voter.run(() => document.getElementById("down-ann")?.focus(), null)
        await voter.presses("Enter")
        await voter.sees("li:nth-child(2)", "Ann")
        await voter.finds("the button still in focus", () => document.activeElement?.id === "down-ann")
        await voter.keys("2")
        await voter.sees("[role=status]", "Bob: taken back.")
        await casts(voter)
        await voter.sees(".chosen:nth-of-type(3)", "Cem")
        await voter.taps("a", "Change my vote")
        await voter.sees("li:nth-child(1)", "Cem")
        await voter.sees("li:nth-child(2)", "Ann")
      },
    )

    journey(
      "moves an option of a long order by the number of its place, and finds it there after a reload",
      async () => {
        const voter = await opens("long")
        for (const letter of "ABCDEFGH") await voter.taps("button.option", `Option ${letter}`)
        await voter.sees("li:nth-child(8)", "Option H")
        await voter.types("#place-h", "2")
        await voter.presses("Enter")
        await voter.sees("li:nth-child(2)", "Option H")
        await voter.finds("the field still in focus", () => document.activeElement?.id === "place-h")
        await voter.reloads()
        await voter.sees("li:nth-child(2)", "Option H")
        await casts(voter)
        await voter.sees(".chosen", "Option H")
      },
    )

    journey("rates by taps and by keys, and goes on from there later", async () => {
      const voter = await opens("rated")
      await voter.taps('[name="rate.ann"][value="7"]')
      await voter.presses("ArrowRight")
      await voter.sees(".cast [role=status]", "1 of 3 rated")
      await voter.taps('[name="rate.bob"][value="0"]')
      await casts(voter)
      await voter.sees(".chosen", "Ann8 of 10")
      await voter.sees(".chosen", "Bob0 of 10")
      await goesOnFrom(voter, ".scale :checked", "8,0,")
    })

    journey("says yes and no to motions, and goes on from there later", async () => {
      const voter = await opens("motions")
      await voter.taps('[name="answer.ann"][value="yes"]')
      await voter.taps('[name="answer.cem"][value="no"]')
      await voter.sees(".cast [role=status]", "2 of 3 answered")
      await casts(voter)
      await voter.sees(".chosen", "AnnYes")
      await voter.sees(".chosen", "CemNo")
      await goesOnFrom(voter, ".scale :checked", "yes,,no")
    })

    plainJourney("without scripts chooses two, and abstains in their place", async () => {
      const voter = await opensPlain("two-plain")
      for (const label of ["Ann", "Cem"]) await voter.taps(".box .option", label)
      await casts(voter)
      for (const label of ["Ann", "Cem"]) await voter.sees(".chosen", label)
      await voter.taps("a", "Change my vote")
      await voter.taps("button", "Abstain")
      await voter.sees("[role=alert]", "You filled something in, and abstained")
      for (const label of ["Ann", "Cem"]) await voter.taps(".box .option", label)
      await voter.taps("button", "Abstain")
      await voter.sees(".chosen", "Abstention")
    })

    plainJourney("without scripts ranks by places, and what stands is filled in later", async () => {
      const voter = await opensPlain("ranked-plain")
      await voter.selects('[name="rank.bob"]', "1")
      await voter.selects('[name="rank.ann"]', "2")
      await casts(voter)
      await voter.sees(".chosen:nth-of-type(3)", "Bob")
      await goesOnFrom(voter, ".placed select", "2,1,")
    })

    for (const [title, poll, name, said, shown] of [
      ["without scripts rates", "rated-plain", "rate.bob", "10", "Bob10 of 10"],
      ["without scripts says yes and no", "motions-plain", "answer.bob", "no", "BobNo"],
    ] as const)
      plainJourney(title, async () => {
        const voter = await opensPlain(poll)
        await voter.taps(`[name="${name}"][value="${said}"]`)
        await casts(voter)
        await voter.sees(".chosen", shown)
      })
  })

  describe("a viewer", () => {
    for (const [poll, ...steps] of [
      ["ranked-live", [{ ranking: ["bob", "ann"] }, "Bob"], [{ ranking: ["ann"] }, "A tie"]],
      ["rated-live", [{ ratings: { ann: 3, bob: 9 } }, "Bob"], [{ ratings: { ann: 10 } }, "Bob"]],
      ["motions-live", [{ answers: { cem: "yes" } }, "Carried"], [{ answers: { cem: "no" } }, "A tie: 1"]],
    ] as const)
      journey(`sees what ${poll} decides move`, async () => {
        const viewer = await arrive(`${fixture().result.url}/polls/${poll}`)
        await viewer.sees("#connection.live")
        for (const [count, [says, outcome]] of steps.entries()) {
          await fixture().cast(poll, says)
          await viewer.sees("#total", `${count + 1} ballot`)
          await viewer.sees("#outcome", outcome)
        }
      })
  })
}
