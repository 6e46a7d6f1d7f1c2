/** One page in one state, as pictures are taken of it. */

import type { Database } from "@tallyroom/lib/database"
import type { Page } from "playwright-core"

export type Device = "phone" | "desktop" | "stage"
export type Scheme = "light" | "dark"

/** What a picture may use of the Tallyroom beside its pages: the admin token, and the tables as their owner. */
export type Backstage = { token: string; sql: Database }

export type Visit = Backstage & { page: Page; scheme: Scheme }

export type Shot = {
  /** Page and state, as the file is named. */
  name: string
  /** Opens the page and waits until it shows its state. */
  open: (visit: Visit) => Promise<void>
  /** Waits until the page stands still in the scheme that it was given last. */
  settled?: (page: Page) => Promise<void>
  /** Without it a phone and a desk. */
  devices?: readonly Device[]
  schemes?: readonly Scheme[]
  /** Only this part of the page, by its selector. */
  part?: string
  /** The page does not follow the scheme while it is open: it is opened anew for each. */
  reopen?: boolean
  /** As seen by a browser that runs no scripts. */
  withoutScripts?: boolean
}
