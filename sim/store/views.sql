-- Questions with names. A plot's first line names the views it reads; by convention a view for
-- plots has the columns run_id, object, t_s, and then what is drawn, ordered by (object, t_s).

-- Long form of every series.
CREATE VIEW samples AS
SELECT series.run_id, section, object, metric, unit, at_ns / 1e9 AS t_s, value
FROM series JOIN sample ON sample.run_id = series.run_id AND sample.series = series.number;

-- What clients saw, window by window, in ms.
CREATE VIEW latency AS
SELECT run_id, object, t_s,
       max(CASE metric WHEN 'latency_ms.p50' THEN value END) AS p50,
       max(CASE metric WHEN 'latency_ms.p95' THEN value END) AS p95,
       max(CASE metric WHEN 'latency_ms.p99' THEN value END) AS p99
FROM samples
WHERE section = 'clients' AND metric IN ('latency_ms.p50', 'latency_ms.p95', 'latency_ms.p99')
GROUP BY run_id, object, t_s;

-- Calls per second that clients completed, and those that failed.
CREATE VIEW throughput AS
SELECT run_id, object, t_s,
       max(CASE metric WHEN 'throughput_per_s' THEN value END) AS ok_per_s,
       max(CASE metric WHEN 'failed_per_s' THEN value END) AS failed_per_s
FROM samples
WHERE section = 'clients' AND metric IN ('throughput_per_s', 'failed_per_s')
GROUP BY run_id, object, t_s;

-- How busy each service is, 0..1.
CREATE VIEW saturation AS
SELECT run_id, object, t_s, value AS utilization
FROM samples WHERE section = 'services' AND metric = 'utilization'
ORDER BY run_id, object, t_s;

-- Calls that wait, and calls that are served or wait, per service.
CREATE VIEW queue AS
SELECT run_id, object, t_s,
       max(CASE metric WHEN 'queue' THEN value END) AS waiting,
       max(CASE metric WHEN 'in_flight' THEN value END) AS in_flight
FROM samples
WHERE section = 'services' AND metric IN ('queue', 'in_flight')
GROUP BY run_id, object, t_s;

-- Ready replicas per service.
CREATE VIEW replicas AS
SELECT run_id, object, t_s, value AS replicas
FROM samples WHERE section = 'services' AND metric = 'replicas'
ORDER BY run_id, object, t_s;

-- The notable events, in order.
CREATE VIEW timeline AS
SELECT run_id, object, at_ns / 1e9 AS t_s, kind, text, seq, cause_seq
FROM event ORDER BY run_id, seq;

-- The same by kind, for plots.
CREATE VIEW events AS
SELECT run_id, kind, at_ns / 1e9 AS t_s, object, text
FROM event ORDER BY run_id, kind, seq;

-- Every figure with its run's replication.
CREATE VIEW figures AS
SELECT run.experiment_id, run.replication, summary.number, section, object, metric, unit, value
FROM summary JOIN run ON run.id = summary.run_id;

-- The chain of causes that ends in each event: root is the event asked about.
CREATE VIEW causes AS
WITH RECURSIVE chain (run_id, root, seq, depth) AS (
    SELECT run_id, seq, seq, 0 FROM event
    UNION ALL
    SELECT chain.run_id, chain.root, event.cause_seq, chain.depth + 1
    FROM chain JOIN event ON event.run_id = chain.run_id AND event.seq = chain.seq
    WHERE event.cause_seq IS NOT NULL
)
SELECT chain.run_id, root, depth, event.seq, at_ns / 1e9 AS t_s, kind, object, text
FROM chain JOIN event ON event.run_id = chain.run_id AND event.seq = chain.seq;
