-- Pausing, undoing a close, opening by itself, and whether a vote is confirmed before it is cast.
--
-- polls.confirm      whether a voter confirms a choice before it is cast; null: as the policy asks
-- polls.state        also 'paused': takes no votes for a while
-- polls.stops        how often the poll has stopped taking votes, by being paused or closed
-- polls.paused_at    when it was paused; kept while it is closed, so that undoing the close gives the paused poll back
-- closings.stop      of which of these stops the last entry is noted: one of an earlier stop says nothing any more
-- room.final_after   seconds for which a closed poll does not become final, so that closing can be undone

ALTER TABLE polls
  ADD COLUMN confirm boolean,
  ADD COLUMN stops integer NOT NULL DEFAULT 0,
  ADD COLUMN paused_at timestamptz,
  DROP CONSTRAINT polls_state_check,
  ADD CONSTRAINT polls_state_check CHECK (state IN ('draft', 'open', 'paused', 'closed', 'final'));
ALTER TABLE closings ADD COLUMN stop integer NOT NULL DEFAULT 0;
ALTER TABLE room ADD COLUMN final_after integer NOT NULL DEFAULT 10 CHECK (final_after >= 0);

-- Whoever changes a poll's state need not think of what else changes with it.
CREATE FUNCTION keep_stops() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.state IN ('paused', 'closed') AND OLD.state NOT IN ('paused', 'closed') THEN
    NEW.stops := OLD.stops + 1;
  END IF;
  IF NEW.state = 'paused' AND NEW.paused_at IS NULL THEN NEW.paused_at := now(); END IF;
  IF NEW.state = 'closed' THEN NEW.closed_at := now(); END IF;
  IF NEW.state IN ('draft', 'open') THEN NEW.paused_at := NULL; END IF;
  IF NEW.state IN ('draft', 'open', 'paused') THEN NEW.closed_at := NULL; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER polls_stops BEFORE UPDATE OF state ON polls FOR EACH ROW
  WHEN (NEW.state <> OLD.state) EXECUTE FUNCTION keep_stops();

-- From now on a draft opens at its opening time. One that has passed already was never meant so.
UPDATE polls SET opens_at = NULL, revision = revision + 1 WHERE state = 'draft' AND opens_at <= now();
