-- Makes `pairs`: what the log says of two items, a < b, that enough shoppers had in one session.
-- A pair that fewer than {min_support} shoppers had is dropped here, in HAVING: nobody downstream sees it;
-- of a pair that is kept, a step that fewer took is 0.
-- A row with a = b tells of one item and has no threshold.
-- Reads `pair_parts`.
SELECT
  a,
  b,
  SUM(shoppers) AS shoppers,
  SUM(together_ab) AS together_ab,
  SUM(together_ba) AS together_ba,
  CASE WHEN SUM(went_ab) >= {min_support} THEN SUM(next_ab) ELSE 0 END AS next_ab,
  CASE WHEN SUM(went_ba) >= {min_support} THEN SUM(next_ba) ELSE 0 END AS next_ba,
  SUM(went_ab) AS went_ab,
  SUM(went_ba) AS went_ba
FROM pair_parts
GROUP BY a, b
HAVING SUM(shoppers) >= {min_support} OR a = b
