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

test("made-up hosts don't fill memory", () => {
  const sites = new Sites({ asset: (name) => name, resultUrl: "http://localhost:8081" })
  const first = sites.for(new Request("http://host-0:8080/"))
  for (let i = 1; i < 1_000; i++) sites.for(new Request(`http://host-${i}:8080/`))
  expect(sites.for(new Request("http://host-0:8080/"))).toBe(first)
  expect(sites.for(new Request("http://host-999:8080/"))).not.toBe(
    sites.for(new Request("http://host-999:8080/")),
  )
})
