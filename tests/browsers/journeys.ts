/**
 * What voters, viewers and hosts do most, in a browser of each kind. A few of these journeys belong to every check;
 * all run with BROWSERS=all, as \`bun run check --browsers=all\` sets it.
 */

import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test"
import { embedSnippet } from "../../apps/result/embed/embed-snippet"
import { ADMIN_TOKEN } from "../../scripts/services/apps/start-apps"
import { UserError } from "../../scripts/services/terminal/user-error"
import { ensureTools, type Tool } from "../../scripts/services/tools/tools"
import { waitFor } from "../../scripts/services/wait"
import { useBrowserFixture } from "./fixture"
import { runMethodJourneys } from "./method-journeys"
import { Person } from "./person"
import type { Browser } from "./tab"

/** The first start of a browser on a busy machine. */
const START_MS = 120_000
const isAll = process.env.BROWSERS === "all"

/** The page's script moves the focus to the form; without a window manager the window never has the focus itself. */
const isLive = () => document.activeElement?.tagName === "FORM"

/** Runs the journeys if this machine has the browser or can get it, and says why if it can't. */
export async function runJourneysWith(tools: readonly Tool[], start: () => Promise<Browser>): Promise<void> {
  try {
    await ensureTools(tools)
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    return test.skip(`its journeys run: ${error.message}`, () => {})
  }
  runJourneys(start)
}

function runJourneys(start: () => Promise<Browser>): void {
  const fixture = useBrowserFixture({ methods: isAll })
  let browser: Browser
  let person: Person | undefined
  beforeAll(async () => {
    browser = await start()
  }, START_MS)
  afterAll(() => browser?.close())
  afterEach(async () => {
    await person?.leaves()
    person = undefined
  })

  const arrive = async (url: string, width?: number) => {
    person = await Person.at(browser, url, width)
    return person
  }
  /** Everything that went wrong in a page since the last look. */
  const faults = () => [fixture().vote, fixture().result].flatMap((proxy) => proxy.faults.splice(0))
  const journey = (title: string, run: () => Promise<void>) =>
    test(title, async () => {
      await run()
      expect(faults()).toEqual([])
    })
  const rare = isAll ? journey : () => {}

  test("an error in a page's script and a breach of its policy would be seen", async () => {
    const voter = await arrive(`${fixture().vote.url}/polls/swing`)
    await voter.run(() => {
      setTimeout(() => {
        throw new Error("on purpose")
      })
      document.body.setAttribute("style", "color: red")
      const image = document.body.appendChild(new Image())
      image.src = "http://127.0.0.1:9/"
    }, null)
    const seen: string[] = []
    await waitFor("both", () => {
      seen.push(...faults())
      return seen.some((it) => it.includes("on purpose")) && seen.some((it) => it.includes("img-src"))
    })
  })

  describe("a voter", () => {
    journey(
      "votes with one tap, changes the vote, and sees on the receipt's page that it was counted",
      async () => {
        const voter = await arrive(`${fixture().vote.url}/polls/swing`)
        await voter.taps("button.option", "Cats")
        await voter.sees("h1", "Your vote is in")
        await voter.sees(".chosen", "Cats")
        await voter.taps("a", "Change my vote")
        await voter.sees("button.option", "Your choice now")
        await voter.taps("button.option", "Dogs")
        await voter.sees(".chosen", "Dogs")
        await voter.opens(await voter.link(".voted a[href*='/receipts/']"))
        await waitFor("the ballot to be counted", async () => {
          if ((await voter.reads("main")).includes("Your ballot is in the tally.")) return true
          await voter.reloads()
          return false
        })
      },
    )

    journey("who votes offline is told, and is counted once when the network is back", async () => {
      const voter = await arrive(`${fixture().vote.url}/polls/cut`)
      await voter.finds("the page live", isLive)
      fixture().vote.online(false)
      await voter.taps("button.option", "Cats")
      await voter.sees("main", "Not sent yet. Trying again…")
      fixture().vote.online(true)
      await voter.sees("h1", "Your vote is in")
      await voter.opens(`${fixture().result.url}/polls/cut`)
      await voter.sees("#total", "1 vote")
    })

    rare("whose vote is under way may reload the page", async () => {
      const voter = await arrive(`${fixture().vote.url}/polls/busy`)
      await voter.finds("the page live", isLive)
      fixture().vote.takesVotes(false)
      await voter.taps("button.option", "Dogs")
      await voter.sees("main", "Not sent yet. Trying again…")
      fixture().vote.takesVotes(true)
      await voter.reloads()
      await voter.sees("h1", "Your vote is in")
      await voter.sees(".chosen", "Dogs")
    })

    rare("who comes back sees what stands, without what the page remembered, too", async () => {
      const voter = await arrive(`${fixture().vote.url}/polls/swing`)
      await voter.taps("button.option", "Dogs")
      await voter.sees("h1", "Your vote is in")
      await voter.run(() => localStorage.clear(), null)
      await voter.reloads()
      await voter.sees("h1", "Your vote is in already")
      await voter.sees(".chosen", "Dogs")
    })

    rare("whose browser keeps no cookies stays one voter", async () => {
      const voter = await arrive(`${fixture().vote.url}/polls/first`)
      await voter.finds("the page live", isLive)
      await voter.forgetsCookies()
      await voter.taps("button.option", "Cats")
      await voter.sees("h1", "Your vote is in")
      await voter.run(() => {
        for (const name of Object.keys(localStorage))
          if (name.includes("standing")) localStorage.removeItem(name)
      }, null)
      await voter.reloads()
      await voter.forgetsCookies()
      await voter.taps("button.option", "Dogs")
      await voter.sees("h1", "You have voted already")
    })

    rare("needs a keyboard alone", async () => {
      const voter = await arrive(`${fixture().vote.url}/polls/swing`)
      await voter.finds("the page live", isLive)
      await voter.presses("Tab")
      await voter.presses("Enter")
      await voter.sees(".chosen", "Cats")
    })

    rare("ticks several options", async () => {
      const voter = await arrive(`${fixture().vote.url}/polls/several`)
      await voter.finds("the page live", isLive)
      for (const label of ["Cats", "Dogs"]) await voter.taps(".box .option", label)
      await voter.sees(".cast", "2 chosen")
      await voter.taps(".cast .primary", "Vote")
      await voter.sees("h1", "Your vote is in")
      for (const label of ["Cats", "Dogs"]) await voter.sees(".chosen", label)
    })

    rare("votes with a printed code, once", async () => {
      const [code = ""] = await fixture().codes("club", 1)
      const voter = await arrive(`${fixture().vote.url}/polls/club`)
      // Text that is typed before that is not formatted.
      await voter.finds("the page live", isLive)
      await voter.types("input[name=code]", code.toLowerCase().replaceAll("-", ""))
      expect(await voter.value("input[name=code]")).toBe(code)
      await voter.taps("button.option", "Cats")
      await voter.sees("h1", "Your vote is in")
      await voter.taps("a", "Vote with another code")
      await voter.types("input[name=code]", "WRONG")
      await voter.taps("button.option", "Cats")
      await voter.sees("main", "This is no code of this poll")
    })
  })

  runMethodJourneys({ fixture, arrive, journey: rare })

  describe("a viewer", () => {
    journey("sees the tally move", async () => {
      const viewer = await arrive(`${fixture().result.url}/polls/live`)
      await viewer.sees("#connection.live")
      await fixture().cast("live", "a")
      await viewer.sees("#total", "1 vote")
      await fixture().cast("live", "b")
      await viewer.sees("#total", "2 votes")
    })

    rare("sees it go on after the network was away", async () => {
      const viewer = await arrive(`${fixture().result.url}/polls/away`)
      await viewer.sees("#connection.live")
      await fixture().cast("away", "a")
      await viewer.sees("#total", "1 vote")
      fixture().result.online(false)
      await viewer.misses("#connection.live")
      await fixture().cast("away", "a")
      fixture().result.online(true)
      await viewer.sees("#connection.live")
      await viewer.sees("#total", "2 votes")
      await viewer.sees(".plot canvas")
    })

    rare(
      "sees the tally move where the network lets no WebSocket through, and where it does again",
      async () => {
        const { result, cast } = fixture()
        result.sockets("refused")
        try {
          const viewer = await arrive(`${result.url}/polls/blocked`)
          await viewer.sees("#connection.live")
          await cast("blocked", "a")
          await viewer.sees("#total", "1 vote")
          result.sockets("work")
          await cast("blocked", "b")
          await viewer.sees("#total", "2 votes")
        } finally {
          result.sockets("work")
        }
      },
    )

    rare("watches in the page of another site, and gets from there to the ballot", async () => {
      const { vote, result, site, cast } = fixture()
      const visitor = await arrive(site(embedSnippet(result.url, "framed")))
      await visitor.sees("#connection.live", "", "iframe")
      await cast("framed", "a")
      await visitor.sees("#total", "1 vote", "iframe")
      await visitor.finds("a frame that is as high as what is in it", () => {
        const { clientHeight = 0 } = document.querySelector("iframe") ?? {}
        return clientHeight > 200 && clientHeight !== 480
      })
      await visitor.opens(site(embedSnippet(result.url, "framed", "ballot")))
      // A browser that keeps nothing for a frame in another site leads out of it.
      await visitor.sees("button.option, a[target=_blank]", "", "iframe")
      if (await visitor.isThere("a[target=_blank]", "Vote in a new tab", "iframe"))
        await visitor.opens(`${vote.url}/polls/framed`)
    })
  })

  describe("a host", () => {
    journey("leads the stage by its keys", async () => {
      const host = await arrive(`${fixture().result.url}/polls/stage/stage`, 1280)
      await host.finds("it live", () => document.querySelector("#connection.live") !== null)
      await host.presses(" ")
      await host.sees(".stage", "The results are covered")
      await host.presses(" ")
      await host.misses(".stage", "The results are covered")
      await host.presses("ArrowRight")
      await host.finds("another poll", () => !location.pathname.includes("/polls/stage/"))
      await host.presses("ArrowLeft")
      await host.finds("the poll again", () => location.pathname.includes("/polls/stage/"))
    })

    rare("signs in, changes a poll, and sees it saved", async () => {
      const host = await arrive(`${fixture().result.url}/admin`, 1280)
      await host.types("#token", ADMIN_TOKEN)
      await host.presses("Enter")
      await host.sees(".page-head")
      await host.opens(`${fixture().result.url}/admin/polls/edited/edit`)
      await host.types("#title", "Who is the best?")
      await host.sees(".preview", "Who is the best?")
      await host.taps("form .button.primary", "Save")
      await host.sees("main", "Saved.")
      await host.sees("h1", "Who is the best?")
    })
  })
}
