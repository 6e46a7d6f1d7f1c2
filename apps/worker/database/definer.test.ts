/** What runs with the rights of the tables' owner can't be had to do so for anybody else. */

import { expect, test } from "bun:test"
import postgres from "postgres"
import { useStores } from "../../../tests/harness/stores"
import { openTables } from "../../result/testing/result"
import { migrate } from "./migrate"

const stores = useStores()

test("result can't have a trigger of its own run with the rights of the owner, even where it may make temporary tables", async () => {
  const owner = await openTables(stores())
  const [database] = await owner`SELECT quote_ident(current_database()) AS name`
  await owner.unsafe(`GRANT TEMP ON DATABASE ${database?.name} TO tallyroom_result`)
  const sql = postgres(stores().database.resultUrl, { max: 1 })
  await sql.unsafe("CREATE TEMP TABLE bait (n integer)")
  const trigger =
    "CREATE TRIGGER hook AFTER INSERT ON bait FOR EACH ROW EXECUTE FUNCTION shut_out_older_versions()"
  await expect(sql.unsafe(trigger).catch(({ message }) => Promise.reject(message))).rejects.toBe(
    "permission denied for function shut_out_older_versions",
  )
  await sql.end()
})

test("each function that runs with the rights of its owner is the owner's alone, also after a dump was restored without privileges", async () => {
  const owner = await openTables(stores())
  await owner`GRANT EXECUTE ON FUNCTION shut_out_older_versions() TO PUBLIC`
  await migrate(owner)
  const open = await owner`
    SELECT proname FROM pg_proc
    WHERE prosecdef AND pronamespace = 'public'::regnamespace AND has_function_privilege('public', oid, 'EXECUTE')`
  expect(open.map(({ proname }) => proname)).toEqual([])
})
