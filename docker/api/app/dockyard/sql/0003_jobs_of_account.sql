-- destructive: no
-- Lists are of one account, newest first; and the end of an account would read the whole table for its jobs. Writes to
-- it wait while the index is made: CONCURRENTLY is not possible in a transaction.
CREATE INDEX jobs_account ON jobs (account_id, id);
