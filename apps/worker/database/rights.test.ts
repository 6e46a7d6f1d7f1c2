import { expect, test } from "bun:test"
import { type Database, openDatabase } from "@tallyroom/lib/database"
import { RESULT_RIGHTS, tablesProblem, WORKER_RIGHTS } from "@tallyroom/lib/postgres/rights"
import type { DatabaseUrls } from "../../../scripts/services/stores/databases"
import { useStores } from "../../../tests/harness/stores"
import { Tables } from "../../result/database/tables"
import { migrate } from "./migrate"

const stores = useStores()
let databases = 0

type Opened = { admin: Database; worker: Database; result: Database; urls: DatabaseUrls }

function open(url: string): Database {
  const sql = openDatabase(url, { name: "test", connections: 1 })
  stores().defer(() => sql.end({ timeout: 1 }))
  return sql
}

/** An empty database as each of its users sees it. @param parameters of the addresses of worker and result */
async function emptyDatabase(parameters = ""): Promise<Opened> {
  const name = `rights_${crypto.randomUUID().slice(0, 8)}_${++databases}`
  const urls = await stores().postgres.database(name)
  const [admin, worker, result] = [
    urls.adminUrl,
    `${urls.workerUrl}${parameters}`,
    `${urls.resultUrl}${parameters}`,
  ]
  return { admin: open(admin), worker: open(worker), result: open(result), urls }
}

const refused = (sql: Database, statement: string) =>
  sql.unsafe(statement).then(
    () => false,
    (error) => error.code === "42501",
  )

/** What a sentence says to run, and by whom; run as that one by the superuser. */
async function obey(admin: Database, sentence: string | null) {
  const [, statements] = /Run, as [^:]*: (.*)$/.exec(sentence ?? "") ?? []
  if (!statements) throw new Error(`nothing to run in: ${sentence}`)
  await admin.unsafe(statements)
}

test("result gets what it needs of the tables, and nothing of another program's in the same schema", async () => {
  const { admin, worker, result } = await emptyDatabase()
  await admin`CREATE TABLE public.others_notes (note text)`
  await worker`CREATE TABLE public.our_notes (note text)`
  await migrate(worker)
  expect(await tablesProblem(result, RESULT_RIGHTS)).toBeNull()
  for (const table of ["others_notes", "our_notes", "streams", "burials", "acceptances"])
    expect([table, await refused(result, `SELECT FROM ${table}`)]).toEqual([table, true])
  for (const table of Object.keys(RESULT_RIGHTS).filter((it) => it !== "polls_place"))
    expect([table, await refused(result, `SELECT FROM ${table}`)]).toEqual([table, false])
  expect(await refused(result, "UPDATE votes SET option = 'b'")).toBe(true)
  expect(await refused(result, "DELETE FROM polls")).toBe(true)
})

test("what result could read of another program's tables is taken back, once, and said", async () => {
  const { admin, worker, result } = await emptyDatabase()
  await migrate(worker)
  await worker`CREATE TABLE our_notes (note text)`
  await worker`CREATE TABLE ours_for_both (note text)`
  await admin`CREATE TABLE others_notes (note text)`
  await admin.unsafe(`GRANT SELECT ON our_notes, others_notes TO tallyroom_result;
    GRANT SELECT, INSERT ON ours_for_both TO tallyroom_result`)
  await worker`DELETE FROM migrations WHERE name = '0015_rights'`
  expect(await migrate(worker)).toEqual({
    applied: ["0015_rights"],
    revoked: ["public.our_notes"],
    newer: [],
  })
  expect(await refused(result, "SELECT FROM our_notes")).toBe(true)
  expect(await refused(result, "SELECT FROM ours_for_both")).toBe(false)
  await admin`GRANT SELECT ON our_notes TO tallyroom_result`
  expect(await migrate(worker)).toEqual({ applied: [], revoked: [], newer: [] })
  expect(await refused(result, "SELECT FROM our_notes")).toBe(false)
})

test.each([
  ["named in the address", "?search_path=%22tally%20room%22"],
  ["given to the server as an option", "?options=-csearch_path%3D%22tally%5C%20room%22"],
])("the tables may be in any schema: %s", async (_, parameters) => {
  const { admin, worker, result } = await emptyDatabase(parameters)
  await admin`CREATE SCHEMA "tally room" AUTHORIZATION tallyroom_worker`
  await migrate(worker)
  expect(await tablesProblem(worker, WORKER_RIGHTS)).toBeNull()
  expect(await tablesProblem(result, RESULT_RIGHTS)).toBeNull()
  const [row] =
    await admin`SELECT to_regclass('public.polls') AS public, count(*)::integer AS votes FROM "tally room".votes`
  expect(row).toEqual({ public: null, votes: 0 })
  expect(await result`SELECT FROM polls`).toHaveLength(0)
})

test("two programs of Tallyroom in two schemas of one database keep to themselves", async () => {
  const { admin, urls } = await emptyDatabase()
  for (const schema of ["one", "two"]) {
    await admin.unsafe(`CREATE SCHEMA ${schema} AUTHORIZATION tallyroom_worker`)
    await migrate(open(`${urls.workerUrl}?search_path=${schema}`))
    expect(await tablesProblem(open(`${urls.resultUrl}?search_path=${schema}`), RESULT_RIGHTS)).toBeNull()
  }
  const [row] = await admin`SELECT (SELECT id FROM one.room) <> (SELECT id FROM two.room) AS differ`
  expect(row?.differ).toBe(true)
})

test("a role without rights is told what to run, and that is enough", async () => {
  const { admin, worker, result } = await emptyDatabase()
  expect(await tablesProblem(result, RESULT_RIGHTS)).toBe("No worker has made the tables yet.")
  await migrate(worker)
  await admin`REVOKE ALL ON votes, polls, polls_place FROM tallyroom_result`
  const problem = await tablesProblem(result, RESULT_RIGHTS)
  expect(problem).toBe(
    "The role tallyroom_result may not use Tallyroom's tables. Run, as tallyroom_worker: " +
      "GRANT INSERT (id, title, options, ballot, decision, option_order, policy, state, results, eligibility, confirm, opens_at, closes_at, salt), SELECT, " +
      "UPDATE (title, options, ballot, decision, option_order, policy, state, results, eligibility, confirm, opens_at, closes_at, stops, words, codes_made, " +
      "is_default, place, archived_at, deleting_at, revision) ON public.polls TO tallyroom_result; " +
      "GRANT USAGE ON SEQUENCE public.polls_place TO tallyroom_result; " +
      "GRANT SELECT (poll, voter, ms, seq) ON public.votes TO tallyroom_result;",
  )
  await obey(admin, problem)
  expect(await tablesProblem(result, RESULT_RIGHTS)).toBeNull()

  await admin`REVOKE SELECT ON books FROM tallyroom_result`
  await migrate(worker)
  expect(await tablesProblem(result, RESULT_RIGHTS)).toBeNull()
})

test("a role of another name that may do more than result needs is told what to run, and that is enough", async () => {
  const { admin, worker, urls } = await emptyDatabase()
  await migrate(worker)
  const own = `own_${crypto.randomUUID().slice(0, 8)}`
  const [row] = await admin`SELECT current_database() AS name`
  await admin.unsafe(`CREATE ROLE ${own} LOGIN PASSWORD 'own'; GRANT CONNECT ON DATABASE ${row?.name} TO ${own};
    GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${own}; GRANT DELETE ON votes TO ${own}`)
  stores().defer(() => admin.unsafe(`DROP OWNED BY ${own}; DROP ROLE ${own}`))
  const sql = open(Object.assign(new URL(urls.resultUrl), { username: own, password: "own" }).href)
  const said: string[] = []
  const tables = new Tables({ info: () => {}, warn: (line: unknown) => void said.push(String(line)) })
  expect(await tables.areReady(sql)).toBe(false)
  await obey(admin, tables.problem)
  expect([await tables.areReady(sql), await tables.areReady(sql), said.length]).toEqual([true, true, 2])
  expect(said[1]).toStartWith(`The role ${own} may do more with Tallyroom's tables than its program needs.`)
  await obey(admin, said[1] ?? "")
  expect([await tables.areReady(sql), said.length]).toEqual([true, 2])
  expect(await refused(sql, "SELECT option FROM votes")).toBe(true)
})

test("a role that does not reach the schema is told so, not that there are no tables", async () => {
  const { admin, worker, result, urls } = await emptyDatabase("?search_path=apart")
  await admin`CREATE SCHEMA apart AUTHORIZATION tallyroom_worker`
  await migrate(worker)
  await admin`REVOKE USAGE ON SCHEMA apart FROM tallyroom_result`
  const place = "Tallyroom's tables are in the schema apart, which the role tallyroom_result does not reach."
  const grant = "GRANT USAGE ON SCHEMA apart TO tallyroom_result;"
  expect(await tablesProblem(result, RESULT_RIGHTS)).toBe(`${place} Run, as tallyroom_worker: ${grant}`)
  const [row] = await admin`SELECT current_database() AS name`
  const path = `ALTER ROLE tallyroom_result IN DATABASE ${row?.name} SET search_path = apart;`
  const elsewhere = await tablesProblem(open(urls.resultUrl), RESULT_RIGHTS)
  expect(elsewhere).toBe(`${place} Run, as tallyroom_worker: ${grant} ${path}`)
  await obey(admin, elsewhere)
  expect(await tablesProblem(open(urls.resultUrl), RESULT_RIGHTS)).toBeNull()
})

test("a worker that may not make tables, or change those of another role, is told what to run", async () => {
  const { admin, worker } = await emptyDatabase()
  await admin.unsafe("ALTER SCHEMA public OWNER TO postgres")
  const why = () =>
    migrate(worker).then(
      () => null,
      (error) => `${error.name}: ${error.message}`,
    )
  const making = await why()
  expect(making).toBe(
    "MissingRights: The worker's role tallyroom_worker may not make tables in the schema public. " +
      "Run, as a superuser or postgres: GRANT USAGE, CREATE ON SCHEMA public TO tallyroom_worker;",
  )
  await obey(admin, making)
  expect(await why()).toBeNull()

  const earlier = `earlier_${crypto.randomUUID().slice(0, 8)}`
  await admin.unsafe(`CREATE ROLE ${earlier}; GRANT CREATE ON SCHEMA public TO ${earlier};
    ALTER TABLE polls OWNER TO ${earlier}; DELETE FROM migrations WHERE name = '0014_epoch'`)
  stores().defer(() =>
    admin.unsafe(`REASSIGN OWNED BY ${earlier} TO postgres; DROP OWNED BY ${earlier}; DROP ROLE ${earlier}`),
  )
  await admin`ALTER TABLE shards DROP COLUMN epoch`
  await admin.unsafe(`ALTER TABLE shards OWNER TO ${earlier}`)
  const changing = await why()
  expect(changing).toBe(
    `MissingRights: The tables belong to ${earlier}, and the worker's role tallyroom_worker may not change them. ` +
      `Run, as a superuser or ${earlier}: GRANT ${earlier} TO tallyroom_worker;`,
  )
  await obey(admin, changing)
  expect(await why()).toBeNull()
})

test("a role that may not connect is told what to grant", async () => {
  const { admin, worker, urls } = await emptyDatabase()
  await migrate(worker)
  const [row] = await admin`SELECT current_database() AS name`
  const granting = (role: string) =>
    `The role "${role}" may not connect to the database "${row?.name}". Run, as its owner: GRANT CONNECT ON DATABASE "${row?.name}" TO "${role}";`
  await admin.unsafe(`REVOKE CONNECT ON DATABASE ${row?.name} FROM tallyroom_result, tallyroom_worker`)
  const tables = new Tables({ info: () => {}, warn: () => {} })
  expect(await tables.areReady(open(urls.resultUrl))).toBe(false)
  expect(tables.problem).toBe(granting("tallyroom_result"))
  await expect(migrate(open(urls.workerUrl))).rejects.toThrow(granting("tallyroom_worker"))
  await obey(admin, tables.problem)
  expect(await tables.areReady(open(urls.resultUrl))).toBe(true)
})

test("a search_path without a schema is said", async () => {
  const { worker } = await emptyDatabase("?search_path=nowhere")
  await expect(migrate(worker)).rejects.toThrow(
    "The search_path of the worker's role tallyroom_worker (nowhere) names no schema that is there",
  )
})
