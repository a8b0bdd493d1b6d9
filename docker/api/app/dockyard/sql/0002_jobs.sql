-- destructive: no
CREATE TABLE jobs (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id bigint NOT NULL REFERENCES accounts ON DELETE CASCADE,
    kind text NOT NULL,
    state text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'running', 'done', 'failed')),
    result text,
    changed_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX jobs_unfinished ON jobs (changed_at) WHERE state IN ('queued', 'running');
