-- Makes `totals`: one row about the whole log.
-- Reads `touches` and `lines`.
SELECT
  told.events,
  told.repeated,
  told.first_ts,
  told.last_ts,
  counted.sessions,
  counted.learned,
  counted.views,
  people.shoppers
FROM (
  SELECT
    SUM(CASE WHEN fate = 2 THEN 0 ELSE 1 END) AS events,
    SUM(CASE WHEN fate = 2 THEN 1 ELSE 0 END) AS repeated,
    MIN(ts) AS first_ts,
    MAX(ts) AS last_ts
  FROM touches
) AS told
CROSS JOIN (
  SELECT
    SUM(CASE WHEN place = 1 THEN 1 ELSE 0 END) AS sessions,
    SUM(CASE WHEN place = 1 AND length BETWEEN {shortest} AND {longest} THEN 1 ELSE 0 END) AS learned,
    SUM(CASE WHEN kind = {view} THEN 1 ELSE 0 END) AS views
  FROM lines
) AS counted
CROSS JOIN (
  SELECT COUNT(*) AS shoppers
  FROM (SELECT shopper FROM lines WHERE known GROUP BY shopper) AS known_shoppers
) AS people
