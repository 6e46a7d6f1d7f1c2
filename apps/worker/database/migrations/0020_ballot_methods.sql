-- polls.ballot  what a ballot may say: its method and limits. Until now each said one option.
-- polls.decision  by which rule the poll is decided; null for the usual one of its method
-- polls.option_order  in which order ballots show the options
-- marks         what ballots say that may say several things, by poll, shard and mark (lib/ballots/choice.ts): how many of the ballots
--               that count have this mark. In tallies such a ballot is one of '+', or of its first preference, and an abstention one
--               of '-', so that the sum of the tallies is always the number of ballots that count.
-- marks.whole   whether the mark is a ballot's whole text, and not what it says of one option: so the profile of a poll, which may
--               have as many rows as there are ballots, is not read with the tally
-- outcomes      what a final poll decided, whole ballots with all rounds (lib/outcome/outcome.ts, tallied.ts), so that no later version
--               counts them otherwise. A row is written once.
-- ballot_files  the ballots of a final poll that ranks, rates or chooses several options, as lines of a file of PrefLib
--               (lib/outcome/preflib.ts): how many ballots say the same, the most first. So results give ballots away without reading any
--               voter's. In parts from 0 on, as result reads one at a time for each who downloads. All parts are written at once, and once.
-- ballot_files.texts, ballots  how many lines the part has, and how many ballots these are
--
-- An older worker would set aside what such ballots say. So the first poll that has them, and not this migration, shuts older versions
-- out (docs/upgrading.md): until then they may run beside this one, and be gone back to.

ALTER TABLE polls ADD COLUMN ballot jsonb NOT NULL
  DEFAULT '{"method": "choose", "min": 1, "max": 1, "abstain": false}',
  ADD COLUMN decision jsonb,
  ADD COLUMN option_order text NOT NULL DEFAULT 'as-written' CHECK (option_order IN ('as-written', 'random'));

CREATE TABLE marks (
  poll  integer NOT NULL,
  shard smallint NOT NULL,
  mark  text NOT NULL,
  votes bigint NOT NULL,
  whole boolean NOT NULL DEFAULT false,
  PRIMARY KEY (poll, whole, shard, mark)
) WITH (fillfactor = 50);

CREATE TABLE outcomes (
  poll    integer PRIMARY KEY,
  outcome jsonb NOT NULL,
  made_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE ballot_files (
  poll    integer NOT NULL,
  part    integer NOT NULL,
  lines   text NOT NULL,
  texts   integer NOT NULL,
  ballots bigint NOT NULL,
  PRIMARY KEY (poll, part)
);

-- It runs with the rights of the tables' owner, for whoever makes the poll, and finds nothing by a search_path.
CREATE FUNCTION shut_out_older_versions() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  EXECUTE format('WITH first AS (
      UPDATE %1$I.migrations SET oldest = 20 WHERE name = ''0020_ballot_methods'' AND oldest < 20 RETURNING oldest
    ), unlisted AS (
      DELETE FROM %1$I.workers USING first WHERE schema < first.oldest
    )
    UPDATE %1$I.shards SET holder = NULL, lease_until = NULL, epoch = epoch + 1
    FROM first
    WHERE holder IS NOT NULL AND NOT EXISTS (SELECT FROM %1$I.workers WHERE id = holder AND schema >= first.oldest)',
    TG_TABLE_SCHEMA);
  RETURN NULL;
END $$;
-- Else whoever may make temporary tables has it change one of his own, whose triggers would then run with the owner's rights.
REVOKE EXECUTE ON FUNCTION shut_out_older_versions() FROM PUBLIC;
CREATE TRIGGER polls_ballot AFTER INSERT OR UPDATE OF ballot ON polls FOR EACH ROW
  WHEN (NEW.ballot <> '{"method": "choose", "min": 1, "max": 1, "abstain": false}') EXECUTE FUNCTION shut_out_older_versions();
