-- Counts one batch of a shard, in one statement that is the whole transaction. The position moves only if it still stands
-- where the batch was read from, and everything else happens only if the position moved. So a second worker changes nothing,
-- and neither does the same batch when it comes again.
--
-- $1  shard            $2 $3  position read from (ms, seq)      $4 $5  position of the batch's last entry
-- $6  this worker      $7  seconds until its lease ends
-- $8  polls whose ballots are counted here; none of them may be final or gone
-- $9 … $13   ballots of polls whose policy is final:      poll[], voter[], ms[], seq[], option[]
-- $14 … $18  ballots of polls that are changeable, at most one a voter: the same columns
-- $19 … $21  books: poll[], acceptance count as the inbox has it[], ballots replaced within this batch[]
-- $22 dead letters, which go to the table set_aside: JSON [{ ms, seq, poll, reason, raw, copy? }]
-- $23 … $27  ballots that a later one of this batch replaced: the same columns as above
-- $28 digest of the batch's last entry
-- $29 books: of the ballots replaced within this batch, how many say the same as the one that replaced them[]
-- $30 whether a ballot may have been written more than once; $31 then for each of $14 … $18 the option of its voter's first
--     ballot in this batch[]
-- $32 of the changeable ballots, where the inbox leaves it to the counting which one is newer: knew[]
-- $33 epoch: which beginning of this worker's work on the shard the batch belongs to
-- $34 of the polls in $8, the salts: a number may be another poll's after Postgres went back
-- $35 for each poll of $19, when the first of its ballots in this batch was accepted, in ms[]; NULL without any
-- $36 of ballots that are traced: '<poll number> <traceparent>'[]
-- $37 … $41  polls whose ballots say several things, and how they are tallied (Marks in lib/ballots/choice.ts): poll[], width[],
--            whole[], led[], drawn[]
-- $42 … $45  what the ballots of $9 … $18 say of options in these polls (SaidParts in said-parts.ts): poll[], mark[], second[], votes[]
WITH moved AS (
  UPDATE shards SET ms = $4, seq = $5, log_last = $28, lease_until = clock_timestamp() + $7 * interval '1 second'
  WHERE shard = $1 AND ms = $2 AND seq = $3 AND holder = $6 AND epoch = $33
    AND (SELECT count(*) FROM polls JOIN unnest($8::integer[], $34::text[]) AS b(number, salt) USING (number, salt)
      WHERE state <> 'final')
        = cardinality($8::integer[])
  RETURNING shard
), kept AS (
  INSERT INTO votes (poll, voter, ms, seq, shard, option)
  SELECT b.poll, b.voter, b.ms, b.seq, $1, b.option
  FROM moved, unnest($9::integer[], $10::uuid[], $11::bigint[], $12::integer[], $13::text[])
    AS b(poll, voter, ms, seq, option)
  ON CONFLICT (poll, voter) DO NOTHING
  RETURNING poll, ms, seq, option
), changed AS (
  INSERT INTO votes AS standing (poll, voter, ms, seq, shard, option, knew)
  SELECT b.poll, b.voter, b.ms, b.seq, $1, b.option, b.knew
  FROM moved, unnest($14::integer[], $15::uuid[], $16::bigint[], $17::integer[], $18::text[], $32::bigint[])
    AS b(poll, voter, ms, seq, option, knew)
  -- A ballot that stands later in the inbox replaces the earlier one, unless its voter has overtaken it (isOvertaken in batch.ts),
  -- or it is an older copy of what stands. A stream made anew repeats the ballots that stand.
  ON CONFLICT (poll, voter) DO UPDATE
    SET ms = excluded.ms, seq = excluded.seq, option = excluded.option, previous = standing.option,
      knew = GREATEST(standing.knew, excluded.knew)
    WHERE (standing.ms, standing.seq) <> (excluded.ms, excluded.seq)
      AND (excluded.knew IS NULL OR (excluded.seq = standing.seq AND excluded.ms > standing.ms)
        OR (excluded.knew, excluded.ms) >= (COALESCE(standing.knew, standing.ms), standing.ms))
  RETURNING poll, voter, ms, seq, option, previous
), replaced AS (
  -- Here votes shows what stood before this statement. OFFSET 0 has Postgres find each row by the primary key: for a large
  -- batch it would rather read the whole table.
  INSERT INTO replaced_votes (poll, voter, ms, seq, shard, option)
  SELECT stood.*
  FROM changed, LATERAL (
    SELECT v.poll, v.voter, v.ms, v.seq, v.shard, v.option FROM votes AS v
    WHERE v.poll = changed.poll AND v.voter = changed.voter OFFSET 0
  ) AS stood
  WHERE changed.previous IS NOT NULL
  UNION ALL
  SELECT b.poll, b.voter, b.ms, b.seq, $1, b.option
  FROM moved, unnest($23::integer[], $24::uuid[], $25::bigint[], $26::integer[], $27::text[])
    AS b(poll, voter, ms, seq, option)
), written AS (
  SELECT poll, ms, seq, option, NULL::text AS previous FROM kept
  UNION ALL
  SELECT poll, ms, seq, option, previous FROM changed
), unsaid AS (
  SELECT poll, previous AS said, ms / 1000 AS second, -count(*) AS votes FROM written WHERE previous IS NOT NULL GROUP BY 1, 2, 3
), said AS (
  SELECT poll, option AS said, ms / 1000 AS second, count(*) AS votes FROM written GROUP BY 1, 2, 3
  UNION ALL
  SELECT * FROM unsaid
), late AS (
  -- Only looked for when fewer were written than sent. The same ballot may stand in a stream more than once.
  SELECT poll, ms, seq, option FROM (
    SELECT * FROM unnest($9::integer[], $11::bigint[], $12::integer[], $13::text[])
    UNION ALL
    SELECT * FROM unnest($14::integer[], $16::bigint[], $17::integer[], $18::text[])
  ) AS sent(poll, ms, seq, option)
  WHERE EXISTS (SELECT FROM moved)
    AND (SELECT count(*) FROM written) < cardinality($9::integer[]) + cardinality($14::integer[])
  EXCEPT ALL
  SELECT poll, ms, seq, option FROM written
), marked_polls AS (
  SELECT * FROM unnest($37::integer[], $38::integer[], $39::boolean[], $40::integer[], $41::integer[])
    AS m(poll, width, whole, led, drawn)
), movement AS (
  SELECT poll, CASE WHEN led IS NULL OR said = '-' THEN said WHEN led = 0 THEN '+' ELSE left(said, led) END AS option, second, votes
  FROM said LEFT JOIN marked_polls USING (poll)
), marking AS (
  -- The worker has added up what all ballots say that were sent: to take each text apart here costs several times as much. What
  -- late ones say, and what was replaced, is taken off.
  SELECT poll, mark, drawn, second, sum(votes) AS votes FROM (
    SELECT s.* FROM moved, unnest($42::integer[], $43::text[], $44::bigint[], $45::bigint[]) AS s(poll, mark, second, votes)
    UNION ALL
    SELECT poll, substr(said, place, width), second, votes
    FROM (SELECT * FROM unsaid UNION ALL SELECT poll, option, ms / 1000, -1 FROM late) AS taken_off(poll, said, second, votes)
      JOIN marked_polls USING (poll), LATERAL generate_series(1, length(said), NULLIF(width, 0)) AS place
    WHERE said <> '-'
  ) AS parts JOIN marked_polls USING (poll) GROUP BY poll, mark, drawn, second HAVING sum(votes) <> 0
), marked AS (
  INSERT INTO marks (poll, shard, mark, votes, whole)
  SELECT poll, $1, mark, sum(votes), false FROM marking GROUP BY poll, mark
  UNION ALL
  SELECT poll, $1, said, sum(votes), true FROM said JOIN marked_polls USING (poll) WHERE said <> '-' AND whole GROUP BY poll, said
  ON CONFLICT (poll, whole, shard, mark) DO UPDATE SET votes = marks.votes + excluded.votes
), tallied AS (
  INSERT INTO tallies (poll, shard, option, votes)
  SELECT poll, $1, option, sum(votes) FROM movement GROUP BY poll, option
  ON CONFLICT (poll, shard, option) DO UPDATE SET votes = tallies.votes + excluded.votes
), timed AS (
  -- No vote was cast before its poll was made, nor after it is counted: one ballot with a forged moment would else stretch the
  -- chart of its poll over thousands of years, and rolling up its rows would keep it so.
  INSERT INTO timeline (poll, shard, second, option, votes)
  SELECT poll, $1, GREATEST(extract(epoch FROM created_at)::bigint, LEAST(second, extract(epoch FROM now())::bigint)) AS moment,
    option, sum(votes)
  FROM (
    SELECT poll, option, second, votes FROM movement
    UNION ALL
    SELECT poll, left(mark, drawn), second, votes FROM marking WHERE drawn > 0
  ) AS moved_votes JOIN polls ON number = poll GROUP BY poll, moment, option
  ON CONFLICT (poll, second, shard, option) DO UPDATE SET votes = timeline.votes + excluded.votes
), dead_letters AS (
  SELECT ms, seq, poll, 'late' AS reason, NULL AS raw, false AS copy FROM late
  UNION ALL
  SELECT r.ms, r.seq, r.poll, r.reason, r.raw, COALESCE(r.copy, false)
  FROM moved, jsonb_to_recordset($22::text::jsonb)
    AS r(ms bigint, seq bigint, poll integer, reason text, raw text, copy boolean)
), copied AS (
  -- Of the late ones, those that say the same as their voter's vote, and older copies of it (isCopy in batch.ts); looked for as
  -- seldom.
  SELECT poll, count(*) AS copies FROM (
    SELECT b.poll
    FROM unnest($9::integer[], $10::uuid[], $13::text[]) AS b(poll, voter, option), LATERAL (
      SELECT FROM votes AS v WHERE v.poll = b.poll AND v.voter = b.voter AND v.option = b.option OFFSET 0
    ) AS stood
    WHERE (SELECT count(*) FROM kept) < cardinality($9::integer[])
    UNION ALL
    SELECT b.poll
    FROM unnest($14::integer[], $15::uuid[], $16::bigint[], $17::integer[], $32::bigint[]) AS b(poll, voter, ms, seq, knew), LATERAL (
      SELECT FROM votes AS v
      WHERE v.poll = b.poll AND v.voter = b.voter AND v.seq = b.seq AND v.ms >= b.ms AND b.knew IS NOT NULL OFFSET 0
    ) AS stood
    WHERE (SELECT count(*) FROM changed) < cardinality($14::integer[])
  ) AS copy
  WHERE $30 AND EXISTS (SELECT FROM moved) GROUP BY poll
), repeated AS (
  -- Of the replaced ones, those that the same voter's next ballot repeats.
  SELECT poll, count(*) AS copies
  FROM changed JOIN unnest($14::integer[], $15::uuid[], $31::text[]) AS b(poll, voter, first) USING (poll, voter)
  WHERE $30 AND previous = first GROUP BY poll
), kept_letters AS (
  -- The books count each; one row of the same ballot is enough.
  INSERT INTO set_aside (shard, ms, seq, poll, reason, raw)
  SELECT $1, ms, seq, poll, reason, raw FROM dead_letters
  ON CONFLICT DO NOTHING
), outcome AS (
  SELECT poll, count(*) FILTER (WHERE previous IS NULL) AS counted, count(previous) AS replaced,
    0 AS late, 0 AS set_aside, 0 AS copies
  FROM written GROUP BY poll
  UNION ALL
  SELECT poll, 0, 0, count(*) FILTER (WHERE reason = 'late' AND NOT copy), count(*) FILTER (WHERE reason <> 'late'),
    count(*) FILTER (WHERE copy)
  FROM dead_letters WHERE poll IS NOT NULL GROUP BY poll
  UNION ALL
  SELECT poll, 0, 0, -copies, 0, copies FROM copied
  UNION ALL
  SELECT poll, 0, -copies, 0, 0, copies FROM repeated
  UNION ALL
  SELECT b.poll, 0, b.replaced - b.copies, 0, 0, b.copies
  FROM moved, unnest($19::integer[], $21::integer[], $29::integer[]) AS b(poll, replaced, copies)
), booked AS (
  INSERT INTO books (poll, shard, accepted, counted, replaced, late, set_aside, copies, version)
  SELECT poll, $1, max(b.accepted), sum(counted), sum(o.replaced), sum(late), sum(set_aside), sum(o.copies), 1
  FROM outcome AS o JOIN unnest($19::integer[], $20::bigint[]) AS b(poll, accepted) USING (poll)
  GROUP BY poll
  ON CONFLICT (poll, shard) DO UPDATE SET
    accepted = GREATEST(books.accepted, excluded.accepted),
    counted = books.counted + excluded.counted,
    replaced = books.replaced + excluded.replaced,
    late = books.late + excluded.late,
    set_aside = books.set_aside + excluded.set_aside,
    copies = books.copies + excluded.copies,
    version = books.version + 1
  RETURNING poll
)
SELECT
  (SELECT count(*) FROM moved) AS moved,
  (SELECT count(*) FROM written) AS written,
  (SELECT count(*) FROM dead_letters) AS dead_letters,
  (SELECT count(pg_notify('tallyroom_accepted', poll || ' ' || b.since))
    FROM booked JOIN unnest($19::integer[], $35::bigint[]) AS b(poll, since) USING (poll)
    WHERE b.since IS NOT NULL) AS told_since,
  (SELECT count(pg_notify('tallyroom_traced', trace)) FROM moved, unnest($36::text[]) AS trace) AS told_traced,
  (SELECT count(pg_notify('tallyroom_tally', poll::text)) FROM booked) AS told,
  -- By a warning the worker knows that this commit's wait for a standby was ended (confirmed.ts), whatever its role hides.
  set_config('client_min_messages', 'warning', true) AS warned
