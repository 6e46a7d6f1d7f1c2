import { expect, test } from "bun:test"
import { Sites } from "./sites"

const linkFrom = (url: string, resultUrl = "http://localhost:8081") =>
  new Sites({ asset: (name) => name, resultUrl }).for(new Request(url)).site.resultUrl

test("a phone in the same network gets links that it can follow", () => {
  expect(linkFrom("http://192.0.2.7:8080/")).toBe("http://192.0.2.7:8081")
  expect(linkFrom("http://laptop.local:8080/polls/x")).toBe("http://laptop.local:8081")
})

test("on the machine itself, and with an address for everybody, nothing is changed", () => {
  expect(linkFrom("http://localhost:8080/")).toBe("http://localhost:8081")
  expect(linkFrom("http://127.0.0.1:8080/")).toBe("http://localhost:8081")
  expect(linkFrom("http://192.0.2.7:8080/", "https://results.example")).toBe("https://results.example")
})

test("made-up hosts don't fill memory, and a host that people come by is kept", () => {
  const sites = new Sites({ asset: (name) => name, resultUrl: "http://localhost:8081" })
  const by = (host: string) => sites.for(new Request(`http://${host}:8080/`))
  const laptop = by("laptop.local")
  const first = by("host-0")
  for (let i = 1; i < 1_000; i++) {
    by(`host-${i}`)
    expect(by("laptop.local")).toBe(laptop)
  }
  expect(by("host-0")).not.toBe(first)
  expect(by("host-999")).toBe(by("host-999"))
})
