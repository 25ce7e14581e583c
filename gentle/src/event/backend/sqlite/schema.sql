CREATE TABLE gentle_schema (version INTEGER NOT NULL);
INSERT INTO gentle_schema VALUES (1);

-- Who handles what. It outlives the processes, so that events wait for a group whose process is away.
CREATE TABLE gentle_event_group (
    grp   INTEGER PRIMARY KEY,
    name  TEXT NOT NULL UNIQUE,
    topic TEXT NOT NULL
);

-- An event is there as long as a delivery of it is, or, as an orphan, until its topic gets a first group.
CREATE TABLE gentle_event (
    seq     INTEGER PRIMARY KEY,
    id      BLOB NOT NULL,
    topic   TEXT NOT NULL,
    due     INTEGER NOT NULL,
    orphan  INTEGER NOT NULL,
    payload BLOB NOT NULL
);
CREATE INDEX gentle_event_orphan ON gentle_event (topic) WHERE orphan;

-- One per event and group. `due` is when it may be claimed: the wanted time, the next attempt, or, while it has
-- an owner, the end of the lease. So one index finds what is ready and what was left behind.
CREATE TABLE gentle_event_delivery (
    seq         INTEGER NOT NULL,
    grp         INTEGER NOT NULL,
    due         INTEGER NOT NULL,
    attempts    INTEGER NOT NULL DEFAULT 0,
    owner       INTEGER,
    began       INTEGER,
    first_error TEXT,
    last_error  TEXT,
    PRIMARY KEY (seq, grp)
) WITHOUT ROWID;
CREATE INDEX gentle_event_delivery_due ON gentle_event_delivery (grp, due, seq);

CREATE TABLE gentle_event_dead_letter (
    seq         INTEGER PRIMARY KEY,
    id          BLOB NOT NULL,
    topic       TEXT NOT NULL,
    grp         TEXT NOT NULL,
    reason      TEXT NOT NULL,
    attempts    INTEGER NOT NULL,
    first_error TEXT,
    last_error  TEXT,
    died        INTEGER NOT NULL,
    payload     BLOB NOT NULL
);
CREATE INDEX gentle_event_dead_letter_topic ON gentle_event_dead_letter (topic);
