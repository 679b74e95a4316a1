-- Results at rest, version 1. Every id is given by the content (a run's number, a row's place
-- in its run), never by the order of filling: two fills in different orders are the same file
-- after VACUUM INTO. All but `provenance` is a function of (scenario, seed).

-- One scenario with its seed, run `replications` times.
CREATE TABLE experiment (
    id              INTEGER PRIMARY KEY,
    scenario        TEXT    NOT NULL, -- as given on the command line
    title           TEXT    NOT NULL,
    seed            TEXT    NOT NULL, -- 64 bits: text, because JSON and Lua numbers lose it
    replications    INTEGER NOT NULL, -- that were asked for
    finished        INTEGER NOT NULL, -- that are in `run`
    digest          TEXT    NOT NULL, -- of all finished runs, in order
    duration_ns     INTEGER NOT NULL,
    warmup_ns       INTEGER NOT NULL,
    currency        TEXT    NOT NULL
) STRICT;

-- Every parameter of the scenario, defaults too.
CREATE TABLE param (
    experiment_id INTEGER NOT NULL,
    number        INTEGER NOT NULL,
    path          TEXT    NOT NULL,
    value         TEXT    NOT NULL,
    PRIMARY KEY (experiment_id, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE run (
    id            INTEGER PRIMARY KEY,
    experiment_id INTEGER NOT NULL,
    replication   INTEGER NOT NULL, -- 1..
    digest        TEXT    NOT NULL,
    simulated_ns  INTEGER NOT NULL,
    events        INTEGER NOT NULL,
    UNIQUE (experiment_id, replication)
) STRICT;

CREATE TABLE series (
    run_id  INTEGER NOT NULL,
    number  INTEGER NOT NULL,
    section TEXT    NOT NULL,
    object  TEXT    NOT NULL,
    metric  TEXT    NOT NULL,
    unit    TEXT    NOT NULL,
    PRIMARY KEY (run_id, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE sample (
    run_id INTEGER NOT NULL,
    series INTEGER NOT NULL,
    at_ns  INTEGER NOT NULL,
    value  REAL    NOT NULL,
    PRIMARY KEY (run_id, series, at_ns)
) STRICT, WITHOUT ROWID;

CREATE TABLE summary (
    run_id  INTEGER NOT NULL,
    number  INTEGER NOT NULL,
    section TEXT    NOT NULL,
    object  TEXT    NOT NULL,
    metric  TEXT    NOT NULL, -- a dot is a nested object in JSON
    unit    TEXT    NOT NULL,
    value   REAL    NOT NULL,
    PRIMARY KEY (run_id, number)
) STRICT, WITHOUT ROWID;

-- buckets: pairs of varints (distance from the previous bucket, count), see blob.c.
-- Values are in ns where the metric ends in _ms. Merge these; never average percentiles.
CREATE TABLE histogram (
    run_id      INTEGER NOT NULL,
    number      INTEGER NOT NULL,
    section     TEXT    NOT NULL,
    object      TEXT    NOT NULL,
    metric      TEXT    NOT NULL,
    count       INTEGER NOT NULL,
    sum         REAL    NOT NULL,
    sum_squares REAL    NOT NULL,
    min         INTEGER NOT NULL,
    max         INTEGER NOT NULL,
    buckets     BLOB    NOT NULL,
    PRIMARY KEY (run_id, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE quantile (
    run_id    INTEGER NOT NULL,
    histogram INTEGER NOT NULL,
    q         REAL    NOT NULL,
    value     REAL    NOT NULL, -- in ns, or the histogram's own unit
    PRIMARY KEY (run_id, histogram, q)
) STRICT, WITHOUT ROWID;

CREATE TABLE event (
    run_id    INTEGER NOT NULL,
    seq       INTEGER NOT NULL, -- 1..
    at_ns     INTEGER NOT NULL,
    kind      TEXT    NOT NULL,
    object    TEXT    NOT NULL,
    cause_seq INTEGER,          -- an earlier seq of the same run; NULL: nothing caused it
    text      TEXT    NOT NULL,
    PRIMARY KEY (run_id, seq),
    CHECK (cause_seq < seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE decision (
    run_id     INTEGER NOT NULL,
    number     INTEGER NOT NULL,
    at_ns      INTEGER NOT NULL,
    controller TEXT    NOT NULL,
    object     TEXT    NOT NULL,
    text       TEXT    NOT NULL,
    PRIMARY KEY (run_id, number)
) STRICT, WITHOUT ROWID;

-- observed, ci95_low and ci95_high are NULL when there was nothing to observe.
CREATE TABLE expectation (
    experiment_id INTEGER NOT NULL,
    number        INTEGER NOT NULL,
    name          TEXT    NOT NULL,
    pass          INTEGER NOT NULL,
    observed      REAL,
    ci95_low      REAL,
    ci95_high     REAL,
    unit          TEXT    NOT NULL,
    n             INTEGER NOT NULL,
    observed_text TEXT    NOT NULL,
    target        TEXT    NOT NULL,
    file          TEXT    NOT NULL,
    line          INTEGER NOT NULL,
    PRIMARY KEY (experiment_id, number)
) STRICT, WITHOUT ROWID;

-- What a reader of these results must know: no steady state, rows past a limit, an interruption.
CREATE TABLE finding (
    experiment_id INTEGER NOT NULL,
    number        INTEGER NOT NULL,
    text          TEXT    NOT NULL,
    PRIMARY KEY (experiment_id, number)
) STRICT, WITHOUT ROWID;

-- Where and when: the one table that differs between two runs of the same thing.
CREATE TABLE provenance (
    experiment_id INTEGER NOT NULL,
    key           TEXT    NOT NULL,
    value         TEXT    NOT NULL,
    PRIMARY KEY (experiment_id, key)
) STRICT, WITHOUT ROWID;
