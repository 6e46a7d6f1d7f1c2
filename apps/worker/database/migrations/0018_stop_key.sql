-- What stands in a broker's stream may come from whoever writes ballots there. Stop markers show a proof that only workers can make.
--
-- stop_key.key   under which they make it; known to workers alone

CREATE TABLE stop_key (
  key      text NOT NULL DEFAULT gen_random_uuid()::text || gen_random_uuid()::text,
  only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one)
);
INSERT INTO stop_key DEFAULT VALUES;
