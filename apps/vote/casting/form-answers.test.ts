import { afterEach, expect, setSystemTime, test } from "bun:test"
import { BY_COOKIE, type FormAnswer, FormAnswers } from "./form-answers"

const answers = new FormAnswers(["n".repeat(32)])
const ANSWER: FormAnswer = { standing: { status: "accepted", said: "a", receipt: "r" } }
const NETWORK = "192.0.2.1"

afterEach(() => void setSystemTime())

test("an answer is new for a moment, by cookie and by address, and is gone when its time is over", () => {
  const [cookie = ""] = answers.setCookie(7, ANSWER, false).split(";")
  const address = answers.inAddress(7, ANSWER, null, () => NETWORK)
  const byCookie = () => answers.read(7, cookie, BY_COOKIE, () => NETWORK)
  const byAddress = () => answers.read(7, null, address, () => NETWORK)
  expect(byCookie()).toEqual({ answer: ANSWER, byAddress: false, isNew: true })
  expect(byAddress()).toEqual({ answer: ANSWER, byAddress: true, isNew: true })
  setSystemTime(Date.now() + 10_000)
  expect([byCookie()?.isNew, byAddress()?.isNew]).toEqual([false, false])
  setSystemTime(Date.now() + 600_000)
  expect([byCookie(), byAddress()]).toEqual([null, null])
})

test("nobody asks for the network of a browser that keeps cookies", () => {
  const address = answers.inAddress(7, ANSWER, "tallyroom_lang=en", () => {
    throw new Error("It was asked for.")
  })
  expect(address).toBe(BY_COOKIE)
})
