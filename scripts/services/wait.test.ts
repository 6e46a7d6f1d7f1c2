import { afterEach, expect, setSystemTime, test } from "bun:test"
import { waitFor } from "./wait"

afterEach(() => void setSystemTime())

test("a clock that is set an hour ahead does not end the waiting", async () => {
  let looks = 0
  const third = () => {
    if (looks === 0) setSystemTime(Date.now() + 3_600_000)
    return ++looks === 3
  }
  await waitFor("the third look", third)
  expect(looks).toBe(3)
})

test("a wait in vain ends with the name of what it waited for", async () => {
  await expect(waitFor("Godot", () => false, 1)).rejects.toThrow("in vain for Godot")
})
