/**
 * The trigger by which Postgres keeps the rules of a poll (`lib/polls/rules.ts`) against whoever has result's credentials. Result itself
 * never meets it, as it asks the same rules first. The worker, which may delete polls, is not asked: it takes the steps that nobody else may.
 */

import { createHash } from "node:crypto"
import { MAY_FOLLOW, ROLL, TERMS, WORDING } from "@tallyroom/lib/polls/rules"
import type { Queries } from "@tallyroom/lib/postgres/rights"

/** In SQL, a poll's options as a voter reads them, whatever their order. */
const readOptions = (row: string) =>
  `(SELECT jsonb_agg(jsonb_build_array(o ->> 'id', o ->> 'label') ORDER BY o ->> 'id', o ->> 'label')
      FROM jsonb_array_elements(${row}.options) AS o)`

/** In SQL, whether a part of a poll differs between its rows. */
const DIFFERS: Record<(typeof WORDING)[number] | (typeof TERMS)[number] | (typeof ROLL)[number], string> = {
  title: "NEW.title <> OLD.title",
  labels: `${readOptions("NEW")} IS DISTINCT FROM ${readOptions("OLD")}`,
  "option ids": "jsonb_array_length(NEW.options) <> jsonb_array_length(OLD.options)",
  policy: "NEW.policy <> OLD.policy",
  eligibility: "NEW.eligibility <> OLD.eligibility",
  ballot: "NEW.ballot <> OLD.ballot",
  decision: `(NEW.decision - 'eligible', NEW.decision -> 'eligible' IS NULL)
      IS DISTINCT FROM (OLD.decision - 'eligible', OLD.decision -> 'eligible' IS NULL)`,
  "eligible voters": "NEW.decision -> 'eligible' IS DISTINCT FROM OLD.decision -> 'eligible'",
  order: "NEW.option_order <> OLD.option_order",
}

const anyOf = (parts: readonly (keyof typeof DIFFERS)[]) =>
  parts.map((part) => DIFFERS[part]).join("\n    OR ")

const following = Object.entries(MAY_FOLLOW)
  .map(([state, next]) => `WHEN '${state}' THEN '{${next.join(",")}}'::text[]`)
  .join(" ")

/** What never becomes less, so that no viewer goes back, and no ballot for earlier words counts. */
const GROWING = ["revision", "stops", "words", "codes_made"]

/**
 * The body of the function. It finds nothing by the search_path of whoever changes a poll, who could put tables and operators of his own
 * there.
 */
const BODY = `
DECLARE
  refusal text;
  voted boolean;
  counted boolean;
  scheduled boolean := OLD.state = 'open' AND COALESCE(OLD.opens_at > now(), false);
BEGIN
  IF has_table_privilege(TG_RELID, 'DELETE') THEN RETURN NEW; END IF;
  IF TG_OP = 'INSERT' THEN
    IF NEW.state NOT IN ('draft', 'open') THEN
      RAISE EXCEPTION 'a new poll can''t be %', NEW.state USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
  END IF;
  EXECUTE format('SELECT EXISTS (SELECT FROM %I.books WHERE poll = $1 AND accepted > 0)', TG_TABLE_SCHEMA)
    INTO voted USING OLD.number;
  EXECUTE format('SELECT NOT EXISTS (SELECT FROM %1$I.shards
      LEFT JOIN %1$I.closings ON closings.shard = shards.shard AND closings.poll = $1 AND stop = $2
      WHERE closings.poll IS NULL OR (shards.ms, shards.seq) < (closings.ms, closings.seq))', TG_TABLE_SCHEMA)
    INTO counted USING OLD.number, OLD.stops;
  refusal := CASE
    WHEN (NEW.number, NEW.id, NEW.salt, NEW.created_at) IS DISTINCT FROM (OLD.number, OLD.id, OLD.salt, OLD.created_at)
      THEN 'is another one'
    WHEN ${GROWING.map((column) => `NEW.${column} < OLD.${column}`).join(" OR ")} THEN 'can''t go back'
    WHEN OLD.deleting_at IS NOT NULL AND NEW.deleting_at IS NULL THEN 'is being deleted'
    WHEN NEW.state <> OLD.state AND NOT (
      NEW.state = ANY(CASE OLD.state ${following} END)
      OR NEW.state = 'closed' AND OLD.state <> 'final' AND NEW.deleting_at IS NOT NULL
      OR NEW.state = 'draft' AND scheduled AND NOT voted) THEN format('is %s and can''t be made %s', OLD.state, NEW.state)
    WHEN OLD.state = 'final' AND (NEW.opens_at, NEW.closes_at) IS DISTINCT FROM (OLD.opens_at, OLD.closes_at)
      THEN 'is final'
    WHEN (${anyOf(ROLL)}) AND (OLD.state IN ('closed', 'final') OR OLD.state <> 'draft' AND OLD.closes_at <= now())
      THEN 'takes no more votes'
    WHEN (${anyOf(TERMS)}) AND (voted OR 'draft' NOT IN (OLD.state, NEW.state))
      THEN 'has its terms for good'
    WHEN (${anyOf(WORDING)}) AND (voted
      OR NOT ('draft' IN (OLD.state, NEW.state) OR scheduled OR OLD.state = 'paused' AND counted))
      THEN 'may have votes for its wording'
  END;
  IF refusal IS NOT NULL THEN
    RAISE EXCEPTION 'the poll % %', OLD.id, refusal USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END `

/** The comment of the function, so that one whose rules are older is replaced. */
const MARK = createHash("sha256").update(BODY).digest("hex").slice(0, 16)

/** Makes the trigger, or replaces it where its rules are older and this role owns the table. */
export async function keepRules(sql: Queries): Promise<void> {
  const [polls] = await sql`
    SELECT quote_ident(nspname) AS schema, obj_description(p.oid, 'pg_proc') AS mark,
      EXISTS (SELECT FROM pg_trigger WHERE tgrelid = c.oid AND tgname = 'polls_rules') AS there
    FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = relnamespace
    LEFT JOIN pg_proc AS p ON p.pronamespace = n.oid AND proname = 'keep_poll_rules'
    WHERE c.oid = to_regclass('polls') AND pg_has_role(relowner, 'USAGE')`
  if (!polls || (polls.there && polls.mark === MARK)) return
  const name = `${polls.schema}.keep_poll_rules()`
  await sql.unsafe(`
    CREATE OR REPLACE FUNCTION ${name} RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $rules$${BODY}$rules$;
    COMMENT ON FUNCTION ${name} IS '${MARK}';
    CREATE OR REPLACE TRIGGER polls_rules BEFORE INSERT OR UPDATE ON ${polls.schema}.polls
      FOR EACH ROW EXECUTE FUNCTION ${name}`)
}
