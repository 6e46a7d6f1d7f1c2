/** The control room: one component for all its pages, the same on the server and in the browser. */

import { type Section, translator } from "@tallyroom/lib/ui/i18n"
import type { Language } from "@tallyroom/lib/ui/language"
import type { AdminKey } from "./admin-messages"
import { AdminTextContext } from "./admin-text"
import { CodesPage } from "./codes/codes-page"
import { EditPage } from "./edit/edit-page"
import { HealthPage } from "./health/health-page"
import { ListPage } from "./list/list-page"
import { DeletePage } from "./poll/delete-page"
import { DuplicatePage } from "./poll/duplicate-page"
import { PollPage } from "./poll/poll-page"
import { SignInPage } from "./sign-in-page"
import type { AdminView } from "./views"

export type AdminData = { language: Language; messages: Section<AdminKey>; view: AdminView }

export function AdminApp({ language, messages, view }: AdminData) {
  return (
    <AdminTextContext.Provider value={translator(language, messages)}>
      <Page view={view} />
    </AdminTextContext.Provider>
  )
}

function Page({ view }: { view: AdminView }) {
  switch (view.page) {
    case "sign-in":
      return <SignInPage {...view} />
    case "list":
      return <ListPage {...view} />
    case "poll":
      return <PollPage {...view} />
    case "edit":
      return <EditPage {...view} />
    case "duplicate":
      return <DuplicatePage {...view} />
    case "delete":
      return <DeletePage {...view} />
    case "codes":
      return <CodesPage {...view} />
    case "health":
      return <HealthPage {...view} />
  }
}
