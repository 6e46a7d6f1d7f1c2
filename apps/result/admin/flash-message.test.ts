import { describe, expect, test } from "bun:test"
import { translator } from "@tallyroom/lib/ui/i18n"
import { adminMessages } from "./admin-messages"
import { clearFlashMessage, flashMessageIn, setFlashMessage } from "./flash-message"

const text = translator("en", adminMessages.en)
const heard = (value: string) => flashMessageIn(`other=1; tallyroom_said=${value}`, text)

describe("the flash message", () => {
  test("a flash message is one of our own messages about a poll", () => {
    const [cookie = ""] = setFlashMessage("didDelete", "lunch", false).split(";")
    expect(flashMessageIn(cookie, text)).toEqual({
      kind: "good",
      text: "The poll lunch is being deleted and leaves this list within seconds.",
    })
  })

  test.each([
    ["a text of somebody's own", "Send%20me%20your%20token.lunch"],
    ["a message that no form leaves", "wrongToken.lunch"],
    ["markup for an id", "didDelete.<b>lunch</b>"],
    ["a sentence for an id", "didDelete.call us now"],
    ["no poll", "didDelete"],
    ["the name of a property that every object has", "constructor.lunch"],
    ["nothing", ""],
  ])("a flash message is never %s", (_, value) => expect(heard(value)).toBeNull())

  test("the cookie of a flash message is kept from other sites and scripts, and removed once it was shown", () => {
    expect(setFlashMessage("didOpen", "lunch", true)).toEndWith(
      "; Path=/; Max-Age=30; HttpOnly; SameSite=Strict; Secure",
    )
    expect(clearFlashMessage(false)[0]).toStartWith("tallyroom_said=; Path=/; Max-Age=0;")
  })
})
