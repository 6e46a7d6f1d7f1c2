-- Counts one batch that consists of nothing but first votes, each for one option, as commit.sql does, in one statement that is the whole
-- transaction. It has a fifth of the parts, which is what small batches cost, and the worker has added up already what it would.
-- A voter who has a vote already fails the statement, and commit.sql takes the batch.
--
-- $1  shard            $2 $3  position read from (ms, seq)      $4 $5  position of the batch's last entry
-- $6  this worker      $7  seconds until its lease ends
-- $8 $9  polls whose ballots are counted here, and their salts; none of them may be final or gone
-- $10 digest of the batch's last entry
-- $11 epoch: which beginning of this worker's work on the shard the batch belongs to
-- $12 … $16  ballots: poll[], voter[], ms[], seq[], option[]
-- $17 … $20  what they add up to (movementOf in first-votes.ts): poll[], option[], second[], votes[]
-- $21 … $24  books: poll[], acceptance count as the inbox has it[], ballots[], when the first of them was accepted, in ms[]
-- $25 of ballots that are traced: '<poll number> <traceparent>'[]
WITH moved AS (
  UPDATE shards SET ms = $4, seq = $5, log_last = $10, lease_until = clock_timestamp() + $7 * interval '1 second'
  WHERE shard = $1 AND ms = $2 AND seq = $3 AND holder = $6 AND epoch = $11
    AND (SELECT count(*) FROM polls JOIN unnest($8::integer[], $9::text[]) AS b(number, salt) USING (number, salt)
      WHERE state <> 'final')
        = cardinality($8::integer[])
  RETURNING shard
), kept AS (
  -- In the order of the primary key, whose pages are then written one after the other. Arrays that are unnested side by side here take
  -- less than those that a FROM joins to rows.
  INSERT INTO votes (poll, voter, ms, seq, shard, option)
  SELECT poll, voter, ms, seq, $1, option FROM (
    SELECT unnest($12::integer[]) AS poll, unnest($13::uuid[]) AS voter, unnest($14::bigint[]) AS ms, unnest($15::integer[]) AS seq,
      unnest($16::text[]) AS option
    FROM moved
  ) AS ballots ORDER BY poll, voter
), movement AS (
  SELECT m.* FROM moved, unnest($17::integer[], $18::text[], $19::bigint[], $20::integer[]) AS m(poll, option, second, votes)
), tallied AS (
  INSERT INTO tallies (poll, shard, option, votes)
  SELECT poll, $1, option, sum(votes) FROM movement GROUP BY poll, option
  ON CONFLICT (poll, shard, option) DO UPDATE SET votes = tallies.votes + excluded.votes
), timed AS (
  -- As in commit.sql: no vote was cast before its poll was made, nor after it is counted.
  INSERT INTO timeline (poll, shard, second, option, votes)
  SELECT poll, $1, GREATEST(extract(epoch FROM created_at)::bigint, LEAST(second, extract(epoch FROM now())::bigint)) AS moment,
    option, sum(votes)
  FROM movement JOIN polls ON number = poll GROUP BY poll, moment, option
  ON CONFLICT (poll, second, shard, option) DO UPDATE SET votes = timeline.votes + excluded.votes
), booked AS (
  INSERT INTO books (poll, shard, accepted, counted, version)
  SELECT b.poll, $1, b.accepted, b.counted, 1
  FROM moved, unnest($21::integer[], $22::bigint[], $23::integer[]) AS b(poll, accepted, counted)
  ON CONFLICT (poll, shard) DO UPDATE SET
    accepted = GREATEST(books.accepted, excluded.accepted),
    counted = books.counted + excluded.counted,
    version = books.version + 1
  RETURNING poll
)
SELECT
  (SELECT count(*) FROM moved) AS moved,
  (SELECT count(pg_notify('tallyroom_accepted', poll || ' ' || b.since))
    FROM booked JOIN unnest($21::integer[], $24::bigint[]) AS b(poll, since) USING (poll)
    WHERE b.since IS NOT NULL) AS told_since,
  (SELECT count(pg_notify('tallyroom_traced', trace)) FROM moved, unnest($25::text[]) AS trace) AS told_traced,
  (SELECT count(pg_notify('tallyroom_tally', poll::text)) FROM booked) AS told,
  -- By a warning the worker knows that this commit's wait for a standby was ended (confirmed.ts), whatever its role hides.
  set_config('client_min_messages', 'warning', true) AS warned
