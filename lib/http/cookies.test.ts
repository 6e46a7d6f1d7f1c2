import { expect, test } from "bun:test"
import { cookieValues, forgetCookie, hasPlainName, setCookie } from "./cookies"

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

test("a cookie is kept from scripts, and over HTTPS no other host can set it", () => {
  const options = { seconds: 60, secure: false, sameSite: "Lax" } as const
  expect(setCookie("id", "1", options)).toBe("id=1; Path=/; Max-Age=60; HttpOnly; SameSite=Lax")
  expect(setCookie("id", "1", { ...options, secure: true, sameSite: "Strict" })).toBe(
    "__Host-id=1; Path=/; Max-Age=60; HttpOnly; SameSite=Strict; Secure",
  )
})

test("what another host planted counts for nothing beside the own cookie, wherever it stands", () => {
  for (const header of ["id=planted; __Host-id=own", "__Host-id=own; id=planted", "__Host-id=own"]) {
    expect(cookieValues(header, "id")).toEqual(["own"])
    expect(hasPlainName(header, "id")).toBe(false)
  }
  expect(cookieValues("x__Host-id=1; __host-id=2; id=3", "id")).toEqual(["3"])
  expect(hasPlainName("x__Host-id=1; id=3", "id")).toBe(true)
})

test("a name that becomes __Host- only without its first character is not this host's own", () => {
  // Browsers guard names that begin with __Host-. A byte A0 in front, which another host may plant, is a space of Unicode here.
  for (const space of ["\u00A0", "\uFEFF", "\v", "\f", "\u2000"]) {
    const header = `${space}__Host-id=planted; id=earlier; __Host-id${space}=planted`
    expect(cookieValues(header, "id")).toEqual(["earlier"])
    expect(hasPlainName(header, "id")).toBe(true)
  }
})

test("a cookie of an earlier version is still read over HTTPS, and forgotten under both names", () => {
  expect(cookieValues("id=earlier", "id")).toEqual(["earlier"])
  expect(hasPlainName("id=earlier", "id")).toBe(true)
  const over = (secure: boolean) => forgetCookie("id", { secure, sameSite: "Strict" })
  expect(over(false)).toEqual(["id=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict"])
  expect(over(true).map((it) => it.split(";")[0])).toEqual(["__Host-id=", "id="])
})
