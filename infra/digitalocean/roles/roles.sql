-- Two roles and a schema, as docs/stores.md has them, by a role that may make roles and is no superuser. May run again.
\set ON_ERROR_STOP on
\getenv worker WORKER_PASSWORD
\getenv result RESULT_PASSWORD
SET password_encryption = 'scram-sha-256';

SELECT format('CREATE ROLE %I LOGIN', name)
FROM unnest(ARRAY['tallyroom_worker', 'tallyroom_result']) AS name
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name)
\gexec

ALTER ROLE tallyroom_worker PASSWORD :'worker';
ALTER ROLE tallyroom_result PASSWORD :'result';

-- Only a member may give a schema away.
GRANT tallyroom_worker TO CURRENT_USER;
CREATE SCHEMA IF NOT EXISTS tallyroom AUTHORIZATION tallyroom_worker;
REVOKE tallyroom_worker FROM CURRENT_USER;

SELECT format('ALTER ROLE %I IN DATABASE %I SET search_path = tallyroom', name, current_database())
FROM unnest(ARRAY['tallyroom_worker', 'tallyroom_result']) AS name
\gexec
ALTER ROLE tallyroom_result SET statement_timeout = '4s';
