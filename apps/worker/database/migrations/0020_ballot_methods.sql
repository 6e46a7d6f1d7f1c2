-- polls.ballot  what a ballot may say: its method and limits. Until now each said one option.
-- marks         what ballots say that may say several things, by poll, shard and mark (lib/ballots/choice.ts): how many of the ballots
--               that count have this mark. Such a ballot is one of '+' in tallies, and an abstention one of '-', so that the sum of
--               the tallies is always the number of ballots that count. In the timeline these stand beside the marks.
--
-- An older worker would set aside what such ballots say.

ALTER TABLE polls ADD COLUMN ballot jsonb NOT NULL
  DEFAULT '{"method": "choose", "min": 1, "max": 1, "abstain": false}';

CREATE TABLE marks (
  poll  integer NOT NULL,
  shard smallint NOT NULL,
  mark  text NOT NULL,
  votes bigint NOT NULL,
  PRIMARY KEY (poll, shard, mark)
) WITH (fillfactor = 50);
