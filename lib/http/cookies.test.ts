import { expect, test } from "bun:test"
import { cookieValues, setCookie } from "./cookies"

test("a cookie is found by its whole name among others", () => {
  const header = "theme=dark; id=1;id=2 ; xid=3; id_=4; empty="
  expect(cookieValues(header, "id")).toEqual(["1", "2"])
  expect(cookieValues(header, "empty")).toEqual([""])
  expect(cookieValues(header, "i")).toEqual([])
  expect(cookieValues(null, "id")).toEqual([])
})

test("however many cookies somebody sends, only a few are read", () => {
  expect(cookieValues("id=x; ".repeat(300), "id")).toHaveLength(4)
  expect(cookieValues(`${"a=b; ".repeat(256)}id=late`, "id")).toEqual([])
})

test("a cookie is kept from scripts unless it is for them, and travels by HTTPS alone where it was set so", () => {
  const options = { path: "/", seconds: 60, secure: false, sameSite: "Lax" } as const
  expect(setCookie("id", "1", options)).toBe("id=1; Path=/; Max-Age=60; HttpOnly; SameSite=Lax")
  expect(setCookie("id", "1", { ...options, secure: true, forScripts: true, sameSite: "Strict" })).toBe(
    "id=1; Path=/; Max-Age=60; SameSite=Strict; Secure",
  )
})
