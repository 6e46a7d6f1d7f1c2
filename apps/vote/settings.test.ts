import { expect, test } from "bun:test"
import { inboxSettingsTogether } from "@tallyroom/lib/inbox/setting"
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
    TRUSTED_PROXIES: "192.0.2.0/24,office",
    PUBLIC_URL: "vote.example",
  }
  const read = () => readSettings(settings, wrong)
  expect(read).toThrow(SettingsError)
  expect(read).toThrow(/VOTER_SECRETS.*32[\s\S]*"office"[\s\S]*PUBLIC_URL/)
  expect(read).not.toThrow(/hunter2/)
})

const read = (given: Record<string, string>) => readSettings(settings, { VOTER_SECRETS: secret, ...given })

test.each([
  ["REDIS_URL", "redis://u:hunter2@h?ssl_cert_reqs=none", /unknown parameter "ssl_cert_reqs"/],
  ["REDIS_URL", "rediss://u:hunter2@h:6380/0?tls=true&x=1", /unknown parameters "tls", "x"/],
  ["REDIS_URL", "redis://u:6?hunter2@h", /parameters that can't be read; .*%3F/],
  ["REDIS_URL", "redis://u:6#hunter2@h", /has a #: .*%23/],
  ["REDIS_URL", "redis://u:hunter2/x@h", /%2F/],
  ["REDIS_URL", "redis://:hunter2@a:6379,,b:6379", /a server before and after each comma/],
  ["REDIS_URL", "redis://:hunter2@a:6379,redis://b:6379", /scheme once: redis:\/\/user:password@host/],
  ["REDIS_URL", "redis://:hunter2@a:6379,b:x", /begins with redis:\/\/ or rediss:\/\//],
  ["REDIS_URL", "redis://:hunter2@a,b/2", /a Redis Cluster has none but 0/],
  ["REDIS_URL", "redis://:hunter2@a,b?cluster=false", /several servers, .* leave cluster=false out/],
  ["REDIS_URL", "redis://:hunter2@a?cluster=yes", /cluster=true or cluster=false/],
  ["INBOX_URL", "amqp://u:hunter2@a,b", /one server/],
  ["REDIS_URL", "redis://u:<password>@h", /placeholder/],
  ["REDIS_URL", "redis://u:hunter2@a,b?sentinel=my master", /as its sentinels do, .*sentinel=mymaster/],
  ["REDIS_URL", "redis://u:hunter2@a?sentinel_password=hunter2", /add sentinel=mymaster/],
  ["REDIS_URL", "redis://u:hunter2@a?sentinel=m&sentinel_user=x", /no sentinel_password/],
  ["REDIS_URL", "redis://u:hunter2@a?sentinel=m&cluster=true", /not of both/],
  ["INBOX_REPLICAS", "all", /whole number from 0 to 9/],
  ["REDIS_URL", "redis://h/polls", /number of a database/],
  ["REDIS_URL", "h.example:6380,password=hunter2,ssl=True", /begins with redis:\/\/ or rediss:\/\//],
  ["INBOX_URL", "nats://u:hunter2@h?tls=true", /unknown parameter "tls"/],
  ["INBOX_URL", "amqps://u:hunter2@h?cacertfile=ca.pem", /unknown parameter "cacertfile".*settings/],
] as const)("%s=%s is refused at the start by what is wrong with it", (name, url, sentence) => {
  expect(() => read({ [name]: url })).toThrow(sentence)
  expect(() => read({ [name]: url })).not.toThrow(/hunter2/)
})

test.each([
  ["REDIS_URL", "redis://u:100%sure@[::1]:6379/0?family=6"],
  ["REDIS_URL", "rediss://default:p%ff@h:25061"],
  ["REDIS_URL", "redis://u:p,w@a:6379, [::1]:6380,c/0?family=4"],
  ["REDIS_URL", "rediss://u:p@seed:6379?cluster=true"],
  ["INBOX_URL", "redis://u:p@a:6379,b:6379"],
  [
    "REDIS_URL",
    "redis://u:p@s1:26379,s2,[::1]:26379/2?sentinel=my-master.1&sentinel_user=x&sentinel_password=y",
  ],
  ["INBOX_URL", "nats://u:100%@[::1]:4222, nats://u:100%@other:4222"],
  ["INBOX_URL", "amqps://u:100%@h/vhost?heartbeat=10"],
])("%s=%s is taken", (name, url) => {
  expect(read({ [name]: url })).toMatchObject({ [name]: url })
})

test("files for TLS that can't be used are named at the start", () => {
  expect(() => read({ REDIS_CA: "/nowhere/ca.pem" })).toThrow(/REDIS_CA.*can't be read/)
  expect(() => read({ REDIS_CA: import.meta.path })).toThrow(/REDIS_CA.*no file in PEM/)
  const values = { ...read({ REDIS_URL: "redis://h" }), REDIS_CERT: "a.pem", INBOX_CA: "b.pem" }
  expect(inboxSettingsTogether(values).join("\n")).toMatch(
    /REDIS_CERT and REDIS_KEY must both[\s\S]*must begin with rediss:\/\/[\s\S]*INBOX_CA is set, but Redis holds/,
  )
})
