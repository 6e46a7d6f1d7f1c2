import { describe, expect, test } from "bun:test"
import { unreachableHost, voteAddressFor, withoutScheme } from "./vote-address"

const asked = (url: string, voteUrl = "http://localhost:8080") => voteAddressFor(new Request(url), voteUrl)

describe("the address of the vote app", () => {
  test("is as set for who sits at the same machine", () => {
    expect(asked("http://localhost:8081/")).toBe("http://localhost:8080/")
    expect(asked("http://127.0.0.1:8081/")).toBe("http://localhost:8080/")
  })

  test("names the host that was asked when the setting names this machine alone", () => {
    expect(asked("http://192.168.1.20:8081/")).toBe("http://192.168.1.20:8080/")
    expect(asked("http://hall.local:8081/polls/x")).toBe("http://hall.local:8080/")
    expect(asked("http://[fe80::1]:8081/", "http://127.0.0.1:8080")).toBe("http://[fe80::1]:8080/")
  })

  test("is as set whenever it names a host", () => {
    expect(asked("http://192.168.1.20:8081/", "https://vote.example")).toBe("https://vote.example/")
  })

  test("is withoutScheme without scheme and last slash", () => {
    expect(withoutScheme("https://vote.example/")).toBe("vote.example")
    expect(withoutScheme("http://10.0.0.2:8080/polls/lunch")).toBe("10.0.0.2:8080/polls/lunch")
  })

  test("is known to be of no use to a phone when it names this machine alone", () => {
    const hosts = ["http://localhost:8080/polls/x", "http://127.0.0.1/", "http://[::1]:8080/"].map(
      unreachableHost,
    )
    expect(hosts).toEqual(["localhost", "127.0.0.1", "[::1]"])
    expect(unreachableHost("http://192.168.1.20:8080/")).toBeNull()
    expect(unreachableHost("https://localhost.example/")).toBeNull()
  })
})
