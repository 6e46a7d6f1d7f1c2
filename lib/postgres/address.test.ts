import { afterAll, expect, test } from "bun:test"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { rootCertificates } from "node:tls"
import { type PostgresAddress, readAddress } from "./address"
import { databaseUrl } from "./setting"

const dir = mkdtempSync(join(tmpdir(), "tallyroom-address-"))
afterAll(() => rmSync(dir, { recursive: true }))

const NEON = "postgresql://u:p@ep-a-pooler.eu.aws.neon.tech/db?sslmode=require&channel_binding=require"

test.each<[string, Partial<PostgresAddress>]>([
  [
    "postgres://localhost:5432/tallyroom",
    { hosts: [{ name: "localhost", port: 5432 }], database: "tallyroom" },
  ],
  ["postgresql://u:p@h/d", { user: "u", password: "p", hosts: [{ name: "h", port: 5432 }] }],
  [
    "postgres://u@h:25061/d?sslmode=require",
    { hosts: [{ name: "h", port: 25061 }], tls: { mode: "require" } },
  ],
  ["postgres://u:p@[::1]:5433/d", { hosts: [{ name: "::1", port: 5433 }] }],
  ["postgres://u:p@[fe80::1]/d", { hosts: [{ name: "fe80::1", port: 5432 }] }],
  ["postgres://u:50%off@h/d", { password: "50%off" }],
  ["postgres://u:50%25@h/d", { password: "50%" }],
  ["postgres://u:%ff@h/d", { password: "%ff" }],
  ["postgres://u:a%40b@h/d", { password: "a@b" }],
  ["postgres://u:a@b@h/d", { password: "a@b", hosts: [{ name: "h", port: 5432 }] }],
  ["postgres://u:a#b:c@h/d", { password: "a#b:c", database: "d" }],
  ["postgres://u%40srv:p@srv.postgres.database.azure.com/d", { user: "u@srv" }],
  ["postgres://postgres.ref:p@aws-0-eu.pooler.supabase.com:6543/postgres", { user: "postgres.ref" }],
  [
    "postgres://u:p@a:1,b:2/d?target_session_attrs=read-write",
    {
      hosts: [
        { name: "a", port: 1 },
        { name: "b", port: 2 },
      ],
      wantsWrites: true,
    },
  ],
  [
    "postgres://a,b:2/d?target_session_attrs=any",
    {
      hosts: [
        { name: "a", port: 5432 },
        { name: "b", port: 2 },
      ],
      wantsWrites: false,
    },
  ],
  [
    "postgres:///d?host=/var/run/postgresql",
    { hosts: [{ name: "/var/run/postgresql", port: 5432 }], database: "d" },
  ],
  ["postgres://%2Ftmp%2Fpg:5433/d", { hosts: [{ name: "/tmp/pg", port: 5433 }] }],
  [
    "postgres://u:p@/d?host=/cloudsql/a:eu:b",
    { hosts: [{ name: "/cloudsql/a:eu:b", port: 5432 }], user: "u" },
  ],
  [
    "postgres:///?host=a,b&port=6000&user=u&password=p&dbname=d",
    {
      hosts: [
        { name: "a", port: 6000 },
        { name: "b", port: 6000 },
      ],
      user: "u",
      password: "p",
      database: "d",
    },
  ],
  ["postgres://h/d?sslrootcert=/ca.pem", { tls: { mode: "verify-full", root: "/ca.pem" } }],
  ["postgres://h/d?sslmode=require&sslrootcert=/ca.pem", { tls: { mode: "verify-ca", root: "/ca.pem" } }],
  ["postgres://h/d?sslmode=verify-full&sslrootcert=system", { tls: { mode: "verify-full" } }],
  ["postgres://h/d?sslmode=no-verify&uselibpqcompat=true", { tls: { mode: "require" } }],
  ["postgres://h/d?ssl=true", { tls: { mode: "verify-full" } }],
  ["postgres://h/d", { tls: { mode: "disable" }, isPooled: false, notes: [] }],
  [
    "postgres://h/d?sslmode=verify-full&sslcert=/c&sslkey=/k",
    { tls: { mode: "verify-full", cert: "/c", key: "/k" } },
  ],
  ["postgres://h:6543/d?pgbouncer=true&connection_limit=1", { isPooled: true, session: {} }],
  ["postgres://h/d?options=-c%20search_path%3Dmine", { session: { options: "-c search_path=mine" } }],
  [
    NEON,
    { tls: { mode: "require" }, session: {}, notes: [expect.stringContaining("channel_binding=require")] },
  ],
])("%s is read as its console means it", (text, expected) => {
  expect(readAddress(text)).toMatchObject(expected)
})

test.each([
  ["mysql://h/d", "begins with postgres://"],
  ["jdbc:postgresql://h/d", "begins with postgres://"],
  ["host=h dbname=d", "begins with postgres://"],
  ["postgres://u:hunter2/x@h/d", "write / as %2F"],
  ["postgres://u:hunter2?x@h/d", "write / as %2F"],
  ["postgres://u:hunter2@::1/d", "in brackets"],
  ["postgres://u:hunter2@h:99999/d", "1 to 65535"],
  ["postgres://u:[YOUR-PASSWORD]@h/d", "placeholder"],
  ["postgres://u:hunter2@h/d?sslmod=require&colour=red", '"sslmod", "colour"'],
  ["postgres://u:hunter2@h/d?sslmode=maybe", "none of disable, prefer, require, verify-ca, verify-full"],
  ["postgres://u:hunter2@h/d?target_session_attrs=standby", "use read-write"],
  ["postgres://u:hunter2@a,b,c/d?port=1,2", "3 hosts and 2 ports"],
  ["postgres://u:hunter2@h/d?sslcert=/c", "both sslcert and sslkey"],
  ["postgres://bob:abc?hunter2=@db.example/tally", "? as %3F"],
  ["postgres://bob:x&y?hunter2==@h/db", "? as %3F"],
  ["postgres://bob:12?sslmode=hunter2@h/db", "? as %3F"],
  ["postgres://bob:12?target_session_attrs=hunter2@h/db", "? as %3F"],
  ["postgres://bob:12?sslrootcert=hunter2@h/db", "? as %3F"],
  ["postgres://u:1?options=-c%20x@h/db", "? as %3F"],
  ["postgres://u:54/hunter2@h:5432/db", "/ as %2F"],
  ["postgres://u:x@54/hunter2@h:5432/db", "/ as %2F"],
])("%s is refused for what is wrong, without its password", (text, why) => {
  const read = () => readAddress(text)
  expect(read).toThrow(why)
  expect(read).not.toThrow("hunter2")
})

test("files that an address names are looked at before anything connects", () => {
  const { schema } = databaseUrl("")
  const file = (name: string, content: string) => {
    writeFileSync(join(dir, name), content)
    return join(dir, name)
  }
  const ca = file("ca.pem", rootCertificates[0] ?? "")
  const half = file("half.pem", String(rootCertificates[0]).slice(0, 200))
  const other = file("ca.der", "0")
  expect(schema.safeParse(`postgres://h/d?sslrootcert=${ca}`).success).toBe(true)
  expect(schema.safeParse(`postgres://h/d?sslrootcert=${half}`).error?.issues[0]?.message).toContain(
    `has sslrootcert=${half}, which can't be used: `,
  )
  const read = schema.safeParse(`postgres://h/d?sslrootcert=${other}&sslcert=/nowhere/c&sslkey=${ca}`)
  const [fault] = read.error?.issues ?? []
  expect(fault?.message).toBe(
    `has sslrootcert=${other}, which is no file in PEM, and sslcert=/nowhere/c, which can't be read: ENOENT: no such file or directory, open '/nowhere/c'`,
  )
})
