-- Makes `touches`: what becomes of each row.
--   fate 0  a line of its session
--   fate 1  an echo: the item already has a line of another kind (looked at, then bought)
--   fate 2  a repeat: the same row again, reported twice
-- Reads `events`.
SELECT
  shopper,
  known,
  session,
  item,
  kind,
  ts,
  seq,
  CASE
    WHEN ts = ts_before AND kind = kind_before THEN 2
    WHEN kind <> kind_first THEN 1
    ELSE 0
  END AS fate
FROM (
  SELECT
    shopper, known, session, item, kind, ts, seq,
    LAG(ts) OVER (PARTITION BY shopper, session, item ORDER BY ts, kind, seq) AS ts_before,
    LAG(kind) OVER (PARTITION BY shopper, session, item ORDER BY ts, kind, seq) AS kind_before,
    FIRST_VALUE(kind) OVER (PARTITION BY shopper, session, item ORDER BY ts, kind, seq
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS kind_first
  FROM events
) AS told
