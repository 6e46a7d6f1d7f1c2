import { describe, expect, test } from "bun:test"
import { unreachableHost, voteAddressFor, withoutScheme } from "./vote-address"

const asked = (url: string, voteUrl = "http://localhost:8080") => voteAddressFor(new Request(url), voteUrl)

describe("the address of the vote app", () => {
  test("somebody at the same machine gets the address of the setting", () => {
    expect(asked("http://localhost:8081/")).toBe("http://localhost:8080/")
    expect(asked("http://127.0.0.1:8081/")).toBe("http://localhost:8080/")
  })

  test("the address has the host that was asked if the setting names this machine alone", () => {
    expect(asked("http://192.168.1.20:8081/")).toBe("http://192.168.1.20:8080/")
    expect(asked("http://hall.local:8081/polls/x")).toBe("http://hall.local:8080/")
    expect(asked("http://[fe80::1]:8081/", "http://127.0.0.1:8080")).toBe("http://[fe80::1]:8080/")
  })

  test("a setting that names a host is used as it is", () => {
    expect(asked("http://192.168.1.20:8081/", "https://vote.example")).toBe("https://vote.example/")
  })

  test("an address is shown without its scheme and last slash", () => {
    expect(withoutScheme("https://vote.example/")).toBe("vote.example")
    expect(withoutScheme("http://10.0.0.2:8080/polls/lunch")).toBe("10.0.0.2:8080/polls/lunch")
  })

  test("an address that names this machine alone is known to be out of reach for phones", () => {
    const hosts = ["http://localhost:8080/polls/x", "http://127.0.0.1/", "http://[::1]:8080/"].map(
      unreachableHost,
    )
    expect(hosts).toEqual(["localhost", "127.0.0.1", "[::1]"])
    expect(unreachableHost("http://192.168.1.20:8080/")).toBeNull()
    expect(unreachableHost("https://localhost.example/")).toBeNull()
  })
})
