-- The order of the list of polls, which its host decides.
--
-- polls.place   the greatest comes first; a poll that is made takes the next whole number, one that is moved a number
--               between its neighbours', so that no other row is touched

CREATE SEQUENCE polls_place;
ALTER TABLE polls ADD COLUMN place double precision;
-- Nothing changes for anybody who is told of polls.
ALTER TABLE polls DISABLE TRIGGER polls_changed;
UPDATE polls SET place = number;
ALTER TABLE polls ENABLE TRIGGER polls_changed;
SELECT setval('polls_place', COALESCE(max(number), 0) + 1, false) FROM polls;
ALTER TABLE polls ALTER COLUMN place SET DEFAULT nextval('polls_place'), ALTER COLUMN place SET NOT NULL;
ALTER SEQUENCE polls_place OWNED BY polls.place;
