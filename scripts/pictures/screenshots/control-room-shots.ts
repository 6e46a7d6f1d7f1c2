/** The control room. */

import { ADDRESSES } from "./addresses"
import type { Shot, Visit } from "./shot"

const at = (path: string) => `${ADDRESSES.result}${path}`

export const controlRoomShots: Shot[] = [
  {
    name: "control-room-sign-in",
    open: async ({ page }) => {
      await page.goto(at("/admin"))
      await page.locator("#token").waitFor()
    },
  },
  signedIn("list", "/admin", ".poll-list"),
  signedIn("list-archived", "/admin?archived=1", ".poll-list"),
  signedIn("poll", "/admin/polls/meetup", ".tally"),
  signedIn("final", "/admin/polls/band", ".tally"),
  signedIn("books", "/admin/polls/meetup?recount=1", "#books", { part: "#books" }),
  signedIn("edit", "/admin/polls/drinks/edit", ".editor"),
  signedIn("edit-fixed", "/admin/polls/meetup/edit", ".editor"),
  signedIn("codes", "/admin/polls/board/codes", ".figures"),
  signedIn("sheet", "/admin/polls/board/codes/print?from=1&count=12", ".sheet", {
    devices: ["desktop"],
    schemes: ["light"],
  }),
  signedIn("duplicate", "/admin/polls/meetup/duplicate", "form.card"),
  signedIn("delete", "/admin/polls/drinks/delete", "form"),
  signedIn("health", "/admin/health", "h1"),
]

function signedIn(state: string, path: string, shows: string, more: Partial<Shot> = {}): Shot {
  return {
    name: `control-room-${state}`,
    open: async ({ page, token }) => {
      await signIn({ page, token })
      await page.goto(at(path))
      await page.locator(shows).first().waitFor()
      await page.evaluate(() => document.fonts.ready)
    },
    ...more,
  }
}

async function signIn({ page, token }: Pick<Visit, "page" | "token">): Promise<void> {
  await page.goto(at("/admin"))
  await page.locator("#token").fill(token)
  await page.locator("form.card button").click()
  await page.locator(".page-head").waitFor()
}
