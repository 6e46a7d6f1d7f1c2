import { expect, test } from "bun:test"
import { isolated } from "./direction"

test.each(["שלום", "مرحبا", "Caffè קפה", "\u{1e900}"])(
  "%p is isolated, so that it does not change the direction of its surroundings",
  (text) => {
    expect(isolated(text)).toBe(`\u2068${text}\u2069`)
  },
)

test.each(["Cats", "猫", "кот", "42", ""])(
  "%p is read from left to right like the page, and stays as it is",
  (text) => {
    expect(isolated(text)).toBe(text)
  },
)
