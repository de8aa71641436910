-- Makes `events`: gives a session to the rows that have none.
-- A shopper's rows without a session are cut where {pause_ms} ms pass without one.
-- Reads `log`. Only needed when some `session` is NULL; otherwise `events` is `log`.
SELECT shopper, known, session, item, kind, ts, seq
FROM log
WHERE session IS NOT NULL
UNION ALL
SELECT
  shopper,
  known,
  -- The number of the pause: 1, 2, … within a shopper. Given sessions are negative.
  SUM(CASE WHEN ts - ts_before <= {pause_ms} THEN 0 ELSE 1 END)
    OVER (PARTITION BY shopper ORDER BY ts, seq ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS session,
  item,
  kind,
  ts,
  seq
FROM (
  SELECT
    shopper, known, item, kind, ts, seq,
    LAG(ts) OVER (PARTITION BY shopper ORDER BY ts, seq) AS ts_before
  FROM log
  WHERE session IS NULL
) AS unnamed
