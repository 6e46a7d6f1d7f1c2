/** What whoever steals the credentials of a program can't do with Postgres: each role against everything that it must not do. */

import { beforeAll, describe, expect, test } from "bun:test"
import { type Database, openDatabase } from "@tallyroom/lib/database"
import { RESULT_RIGHTS } from "@tallyroom/lib/postgres/rights"
import { useStores } from "../../../tests/harness/stores"
import { migrate, narrowResultRights } from "./migrate"

const stores = useStores()
let admin: Database
let worker: Database
let result: Database

function open(url: string, name = "test"): Database {
  const sql = openDatabase(url, { name, connections: 1 })
  stores().defer(() => sql.end({ timeout: 1 }))
  return sql
}

beforeAll(async () => {
  const { adminUrl, workerUrl, resultUrl } = stores().database
  ;[admin, worker, result] = [open(adminUrl), open(workerUrl), open(resultUrl)]
  await migrate(worker)
  await worker`INSERT INTO shards (shard) SELECT generate_series(0, 1)`
  await worker.unsafe(`
    INSERT INTO polls (id, title, options, policy, state, results, eligibility, salt, opens_at)
    SELECT id, 'Cats or dogs?', '[{"id":"a","label":"Cats"},{"id":"b","label":"Dogs","emoji":"🐶"}]', 'final', state, 'live', 'code', 'salt of ' || id,
      CASE id WHEN 'scheduled' THEN now() + interval '1 hour' END
    FROM unnest('{draft,open,scheduled,paused,closed,voted,voted-draft,voted-paused,final,going}'::text[],
      '{draft,open,open,paused,closed,open,draft,paused,final,closed}'::text[]) AS made (id, state);
    UPDATE polls SET deleting_at = now() WHERE id = 'going';
    UPDATE polls SET stops = 3, words = 3, revision = 3, codes_made = 3, decision = '{"rule":"votes","quorum":"1/3","eligible":9}';
    INSERT INTO closings (poll, shard, ms, seq, stop)
      SELECT number, shard, 0, 0, stops FROM polls, shards WHERE state IN ('paused', 'closed') AND id <> 'closed';
    INSERT INTO books (poll, shard, accepted, counted) SELECT number, 0, 1, 1 FROM polls WHERE id LIKE 'voted%' OR id = 'final';
    INSERT INTO votes (poll, voter, ms, seq, shard, option)
      SELECT number, gen_random_uuid(), 1, i, 0, 'b' FROM polls, generate_series(1, 100) AS i WHERE id = 'voted';
    INSERT INTO replaced_votes SELECT poll, voter, ms, seq, shard, 'a' FROM votes;
    ANALYZE votes`)
})

/** The SQLSTATE with which a statement is refused; null where it is not. What it did is undone. */
async function refusal(sql: Database, statement: string): Promise<string | null> {
  const undone = new Error("undone")
  return sql
    .begin(async (transaction) => {
      await transaction.unsafe(statement)
      throw undone
    })
    .catch((error) => (error === undone ? null : String(error.code)))
}

const NO_RIGHT = "42501"
const AGAINST_RULES = "23000"

/** What nobody but a superuser may do. */
const OF_THE_SERVER = [
  "CREATE ROLE another",
  "ALTER ROLE tallyroom_result SUPERUSER",
  "SET ROLE postgres",
  "SET session_replication_role = replica",
  "SELECT pg_read_file('/etc/hostname')",
  "COPY (SELECT 1) TO PROGRAM 'true'",
  "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'postgres'",
  "CREATE FUNCTION public.run() RETURNS integer LANGUAGE c AS 'libc', 'getpid'",
]

test("neither role is more than a role", async () => {
  const [row] = await admin`
    SELECT bool_or(rolsuper OR rolcreatedb OR rolcreaterole OR rolreplication OR rolbypassrls) AS more,
      (SELECT count(*)::integer FROM pg_auth_members JOIN pg_roles AS r ON r.oid = member WHERE rolname IN ('tallyroom_worker', 'tallyroom_result')) AS memberships
    FROM pg_roles WHERE rolname IN ('tallyroom_worker', 'tallyroom_result')`
  expect(row).toEqual({ more: false, memberships: 0 })
})

describe("with result's role", () => {
  test("each table, view and sequence gives just what result needs, column by column", async () => {
    const rows = await admin`
      SELECT relname AS name, privilege, has_table_privilege('tallyroom_result', c.oid, privilege) AS whole,
        COALESCE((SELECT array_agg(attname::text ORDER BY attname) FROM pg_attribute
          WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped AND privilege IN ('SELECT', 'INSERT', 'UPDATE', 'REFERENCES')
            AND has_column_privilege('tallyroom_result', c.oid, attnum, privilege)), '{}') AS columns
      FROM pg_class AS c, unnest('{SELECT,INSERT,UPDATE,DELETE,TRUNCATE,REFERENCES,TRIGGER}'::text[]) AS privilege
      WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v', 'm', 'p', 'f')`
    const given = rows.flatMap(({ name, privilege, whole, columns }) => {
      const some = String(columns).replace(/[{}]/g, "").split(",").join(", ")
      if (whole) return [`${name}: ${privilege}`]
      return some === "" ? [] : [`${name}: ${privilege} (${some})`]
    })
    const needed = Object.entries(RESULT_RIGHTS).flatMap(([name, rights]) =>
      rights.map((right) => {
        const [, privilege, columns] = /^(\w+)(?: \((.*)\))?$/.exec(right) ?? []
        return `${name}: ${privilege}${columns ? ` (${columns.split(", ").sort().join(", ")})` : ""}`
      }),
    )
    expect(given.sort()).toEqual(needed.filter((it) => !it.startsWith("polls_place")).sort())
    const sequences = await admin`
      SELECT relname, privilege FROM pg_class, unnest('{USAGE,SELECT,UPDATE}'::text[]) AS privilege
      WHERE relkind = 'S' AND relnamespace = 'public'::regnamespace AND has_sequence_privilege('tallyroom_result', oid, privilege)`
    expect([...sequences]).toEqual([{ relname: "polls_place", privilege: "USAGE" }])
  })

  test.each([
    ...[
      "SELECT key FROM stop_key",
      "SELECT option FROM votes",
      "SELECT previous FROM votes",
      "SELECT * FROM votes",
      "SELECT votes FROM votes",
    ],
    ...["SELECT FROM votes ORDER BY option", "SELECT option FROM replaced_votes", "SELECT FROM vote_history"],
    ...["UPDATE votes SET option = 'a'", "DELETE FROM votes", "DELETE FROM replaced_votes"],
    "INSERT INTO votes (poll, voter, ms, seq, shard, option) VALUES (1, gen_random_uuid(), 1, 1, 0, 'a')",
    ...["UPDATE tallies SET votes = 9", "UPDATE timeline SET votes = 9", "UPDATE books SET accepted = 0"],
    ...["UPDATE shards SET ms = 9", "UPDATE closings SET ms = 0", "UPDATE room SET final_after = 0"],
    ...[
      "INSERT INTO workers (id, seen_at) VALUES (gen_random_uuid(), now())",
      "UPDATE migrations SET oldest = 99",
    ],
    ...[
      "DELETE FROM polls",
      "TRUNCATE polls",
      "LOCK TABLE polls",
      "LOCK TABLE votes",
      "DELETE FROM deleted_polls",
    ],
    ...["UPDATE polls SET salt = 'x'", "UPDATE polls SET id = 'x'", "UPDATE polls SET number = DEFAULT"],
    ...[
      "UPDATE polls SET final_at = NULL",
      "UPDATE polls SET closed_at = NULL",
      "UPDATE polls SET created_at = now()",
    ],
    `INSERT INTO polls (number, id, title, options, policy, results, eligibility, salt) OVERRIDING SYSTEM VALUE
      VALUES (99, 'x', 'x', '[]', 'final', 'live', 'code', 'x')`,
    ...["SELECT setval('polls_place', 1)", "SELECT nextval('polls_number_seq')"],
    ...["ALTER TABLE polls DISABLE TRIGGER ALL", "DROP TRIGGER polls_rules ON polls"],
    "CREATE OR REPLACE FUNCTION keep_poll_rules() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    ...[
      "CREATE TABLE mine ()",
      "CREATE TEMP TABLE mine ()",
      "CREATE SCHEMA mine",
      "SET ROLE tallyroom_worker",
    ],
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'tallyroom_worker'",
    ...OF_THE_SERVER,
  ])("this is refused: %s", async (statement) => {
    expect(await refusal(result, statement)).toBe(NO_RIGHT)
  })

  test("the statistics of Postgres tell no choice either", async () => {
    const told = (sql: Database) =>
      sql`SELECT FROM pg_stats WHERE tablename = 'votes' AND attname IN ('option', 'previous')`
    expect([(await told(worker)).length > 0, (await told(result)).length]).toEqual([true, 0])
  })

  const swapped = `'[{"id":"a","label":"Dogs"},{"id":"b","label":"Cats"}]'`
  const more = `options || '[{"id":"c","label":"Birds"}]'`
  test.each([
    ...["voted", "voted-draft", "voted-paused", "closed", "final", "open"].flatMap((id) => [
      ...[`options = ${swapped} WHERE id = '${id}'`, `options = ${more} WHERE id = '${id}'`],
      ...[`options = options - 1 WHERE id = '${id}'`, `title = 'Dogs?' WHERE id = '${id}'`],
      `options = options || options WHERE id = '${id}'`,
      ...[`policy = 'changeable' WHERE id = '${id}'`, `eligibility = 'browser' WHERE id = '${id}'`],
      `option_order = 'random' WHERE id = '${id}'`,
      `ballot = ballot || '{"max": 2}' WHERE id = '${id}'`,
    ]),
    ...["decision = NULL", "decision = decision - 'eligible'", `decision = decision || '{"quorum":0}'`].map(
      (change) => `${change} WHERE id = 'open'`,
    ),
    ...["closed", "final"].map((id) => `decision = decision || '{"eligible":10}' WHERE id = '${id}'`),
    ...["policy = 'changeable' WHERE id = 'paused'", "eligibility = 'browser' WHERE id = 'scheduled'"],
    `ballot = ballot || '{"abstain": true}' WHERE id = 'scheduled'`,
    ...["draft", "open", "paused", "closed"].map((state) => `state = '${state}' WHERE id = 'final'`),
    ...["draft", "open", "paused", "closed"].map((id) => `state = 'final' WHERE id = '${id}'`),
    ...["open", "voted", "paused", "closed"].map((id) => `state = 'draft' WHERE id = '${id}'`),
    ...["state = 'paused' WHERE id = 'draft'", "state = 'closed' WHERE id = 'draft'"],
    ...["closes_at = now() WHERE id = 'final'", "opens_at = now() WHERE id = 'final'"],
    ...["stops", "words", "revision", "codes_made"].map((column) => `${column} = 2 WHERE id = 'open'`),
    "deleting_at = NULL WHERE id = 'going'",
  ])("against the rules is UPDATE polls SET %s", async (change) => {
    expect(await refusal(result, `UPDATE polls SET ${change}`)).toBe(AGAINST_RULES)
  })

  test.each([
    ...[`options = ${swapped}, title = 'x', policy = 'changeable', state = 'open' WHERE id = 'draft'`],
    ...[
      `options = ${more}, words = 4, state = 'open' WHERE id = 'paused'`,
      "title = 'x' WHERE id = 'scheduled'",
    ],
    "state = 'draft', policy = 'changeable', opens_at = NULL WHERE id = 'scheduled'",
    `ballot = ballot || '{"max": 2, "abstain": true}' WHERE id = 'draft'`,
    `options = '[{"id":"b","label":"Dogs","emoji":"🐕"},{"id":"a","label":"Cats"}]' WHERE id = 'voted'`,
    ...[
      "state = 'paused' WHERE id = 'voted'",
      "state = 'open' WHERE id = 'closed'",
      "results = 'live' WHERE id = 'final'",
    ],
    ...[
      "archived_at = now(), place = 9 WHERE id = 'final'",
      "state = 'closed', deleting_at = now() WHERE id = 'draft'",
    ],
    ...["voted", "paused", "draft"].map(
      (id) => `decision = decision || '{"eligible":10}' WHERE id = '${id}'`,
    ),
    "codes_made = 9, revision = 4 WHERE id = 'voted'",
  ])("as before, an admin may have UPDATE polls SET %s", async (change) => {
    expect(await refusal(result, `UPDATE polls SET ${change}`)).toBeNull()
  })

  test("a new poll is a draft or open", async () => {
    const insert = (state: string) => `
      INSERT INTO polls (id, title, options, policy, state, results, eligibility, salt)
      VALUES ('new', 'x', '[]', 'final', '${state}', 'live', 'code', 'x')`
    for (const state of ["paused", "closed", "final"])
      expect([state, await refusal(result, insert(state))]).toEqual([state, AGAINST_RULES])
    for (const state of ["draft", "open"]) expect(await refusal(result, insert(state))).toBeNull()
  })

  test("tables and a search_path of one's own don't get past the rules", async () => {
    const [row] = await admin`SELECT current_database() AS name`
    await admin.unsafe(`GRANT TEMP ON DATABASE ${row?.name} TO tallyroom_result`)
    const mine = `CREATE TEMP TABLE books (poll integer, accepted integer); CREATE TEMP TABLE shards (shard integer, ms bigint, seq bigint);
      SET LOCAL search_path = pg_temp, public;`
    expect(
      await refusal(result, `${mine} UPDATE public.polls SET options = ${swapped} WHERE id = 'voted'`),
    ).toBe(AGAINST_RULES)
    await admin.unsafe(`REVOKE TEMP ON DATABASE ${row?.name} FROM tallyroom_result`)
  })
})

test.each([...OF_THE_SERVER, "SELECT FROM public.others_notes", "SELECT FROM pg_authid"])(
  "with worker's role this is refused: %s",
  async (statement) => {
    await admin`CREATE TABLE IF NOT EXISTS public.others_notes (note text)`
    expect(await refusal(worker, statement)).toBe(NO_RIGHT)
  },
)

test("what an older version gave result is taken back, once no result of that version is there, or it has waited long enough", async () => {
  const give = () => worker`GRANT SELECT ON votes, vote_history, polls TO tallyroom_result`
  const reads = async () => [
    await refusal(result, "SELECT option FROM votes"),
    await refusal(result, "SELECT FROM vote_history"),
    await refusal(result, "SELECT voter, ms FROM votes"),
  ]
  await give()
  const older = openDatabase(stores().database.resultUrl, { name: "result", connections: 1 })
  await older`SELECT 1`
  await migrate(worker)
  await narrowResultRights(worker, true)
  expect(await reads()).toEqual([null, null, null])
  await narrowResultRights(worker, false)
  expect(await reads()).toEqual([NO_RIGHT, NO_RIGHT, null])
  await older.end({ timeout: 1 })
  await give()
  await migrate(worker)
  expect(await reads()).toEqual([NO_RIGHT, NO_RIGHT, null])
})
