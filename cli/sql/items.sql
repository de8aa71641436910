-- Makes `items`: what the log says of each item.
-- Masses are whole numbers of 1/{unit}, so that their sum does not depend on an order.
-- Reads `lines` and `touches`.
SELECT
  line.item,
  COUNT(*) AS lines,
  SUM(CASE WHEN line.ts > span.recent_from THEN 1 ELSE 0 END) AS recent,
  SUM(
    CASE
      WHEN line.length BETWEEN {shortest} AND {longest}
        THEN CAST(FLOOR({unit}.0 / SQRT(line.length) + 0.5) AS BIGINT)
      ELSE 0
    END
  ) AS mass
FROM lines AS line
CROSS JOIN (SELECT MAX(ts) - {recent_ms} AS recent_from FROM touches) AS span
GROUP BY line.item
