import { expect, test } from "bun:test"
import { readSettings, SettingsError } from "@tallyroom/lib/process/settings"
import { settings } from "./settings"

const secret = "s".repeat(32)

test("the secret for cookies is the only setting without a default", () => {
  const values = readSettings(settings, { VOTER_SECRETS: `${secret}, ${secret}x` })
  expect(values).toMatchObject({ PORT: 8080, BACKLOG_LIMIT: 100_000, VOTER_SECRETS: [secret, `${secret}x`] })
})

test("all wrong settings are reported together, and no secret is shown", () => {
  const wrong = {
    VOTER_SECRETS: "hunter2",
    REDIS_URL: "http://user:hunter2@localhost",
    TRUSTED_PROXIES: "10.0.0.0/8,office",
    PUBLIC_URL: "vote.example",
  }
  const read = () => readSettings(settings, wrong)
  expect(read).toThrow(SettingsError)
  expect(read).toThrow(/VOTER_SECRETS.*32[\s\S]*"office"[\s\S]*PUBLIC_URL/)
  expect(read).not.toThrow(/hunter2/)
})
