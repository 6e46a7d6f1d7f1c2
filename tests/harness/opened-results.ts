/** What tests of the result page do with it: they make polls, open pages, and read what those show. */

import { expect } from "bun:test"
import type { Page } from "playwright-core"
import { definition } from "../../apps/result/testing/result"
import type { OwnStores } from "../../scripts/services/stores/own-stores"
import { openPage, type View } from "./pages"
import { useResultPages } from "./result-pages"

export const text = (page: Page, selector: string) => page.locator(selector).first().textContent()
export const total = (page: Page, words: string) => page.locator("#total", { hasText: words }).waitFor()
export const live = (page: Page) => page.locator("#connection.live").waitFor()

/** Starts the result app and a browser as `useResultPages` does. */
export function useOpenedResults(stores: () => OwnStores) {
  const pages = useResultPages(stores)
  return {
    pages,
    /** Opens a page in a context of its own, which is closed at the end. */
    open: async (path: string, view: View = {}): Promise<Page> => {
      const { browser, result } = pages()
      const page = await openPage(browser, `${result.address}${path}`, view)
      stores().defer(() => page.context().close())
      return page
    },
    newPoll: async (id: string, more: Record<string, unknown> = {}): Promise<void> => {
      const made = await pages().result.send("POST", "/api/polls", definition(id, more))
      expect(made.status).toBe(201)
    },
  }
}
