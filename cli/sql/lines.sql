-- Makes `lines`: the lines of each session, numbered, with the session's length.
-- Reads `touches`.
SELECT
  line.shopper,
  line.known,
  line.session,
  line.place,
  line.item,
  line.kind,
  line.ts,
  whole.length
FROM (
  SELECT
    shopper, known, session, item, kind, ts,
    CAST(ROW_NUMBER() OVER (PARTITION BY shopper, session ORDER BY ts, seq) AS BIGINT) AS place
  FROM touches
  WHERE fate = 0
) AS line
JOIN (
  SELECT shopper, session, COUNT(*) AS length
  FROM touches
  WHERE fate = 0
  GROUP BY shopper, session
) AS whole
  ON line.shopper = whole.shopper AND line.session = whole.session
