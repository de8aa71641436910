-- Makes `pair_parts`: what a part of the shoppers says of two items, a < b.
-- `flaneur pack` runs it once for each part of the log, a warehouse once for the whole.
-- A row with a = b holds what an item's pairs with itself add to its mass.
-- Masses are whole numbers of 1/{unit}; `went` counts the shoppers who took the step.
-- Reads `lines` and `gaps`.
SELECT
  a,
  b,
  COUNT(*) AS shoppers,
  SUM(together_ab) AS together_ab,
  SUM(together_ba) AS together_ba,
  SUM(next_ab) AS next_ab,
  SUM(next_ba) AS next_ba,
  SUM(CASE WHEN next_ab > 0 THEN 1 ELSE 0 END) AS went_ab,
  SUM(CASE WHEN next_ba > 0 THEN 1 ELSE 0 END) AS went_ba
FROM (
  -- One row per shopper and pair: a shopper counts once, however often.
  SELECT
    shopper,
    a,
    b,
    SUM(CASE WHEN first = a THEN ahead ELSE back END) AS together_ab,
    SUM(CASE WHEN first = a THEN back ELSE ahead END) AS together_ba,
    SUM(CASE WHEN first = a THEN step ELSE 0 END) AS next_ab,
    SUM(CASE WHEN first = a THEN 0 ELSE step END) AS next_ba
  FROM (
    SELECT
      x.shopper,
      x.item AS first,
      CASE WHEN x.item < y.item THEN x.item ELSE y.item END AS a,
      CASE WHEN x.item < y.item THEN y.item ELSE x.item END AS b,
      CAST(FLOOR({unit}.0 / SQRT(x.length) * gaps.ahead + 0.5) AS BIGINT) AS ahead,
      CAST(FLOOR({unit}.0 / SQRT(x.length) * gaps.back + 0.5) AS BIGINT) AS back,
      CAST(FLOOR({unit}.0 / SQRT(x.length) * gaps.step + 0.5) AS BIGINT) AS step
    FROM lines AS x
    JOIN lines AS y
      ON x.shopper = y.shopper
      AND x.session = y.session
      AND y.place > x.place
      AND y.place <= x.place + {max_gap}
    JOIN gaps ON gaps.gap = y.place - x.place
    WHERE x.length BETWEEN {shortest} AND {longest} AND y.length BETWEEN {shortest} AND {longest}
  ) AS pair
  GROUP BY shopper, a, b
) AS own
GROUP BY a, b
