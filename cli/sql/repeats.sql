-- Makes `repeats`: what known shoppers bought again, visit by visit.
-- A visit is a session with a purchase; visits come in the order of their first purchase.
-- Reads `touches`.
SELECT
  item,
  COUNT(*) AS bought,
  SUM(CASE WHEN visit_before IS NULL THEN 0 ELSE 1 END) AS repeats,
  SUM(CASE WHEN visit_next IS NULL THEN 0 ELSE 1 END) AS chances,
  SUM(CASE WHEN visit_after = visit_next THEN 1 ELSE 0 END) AS again
FROM (
  SELECT
    bought.item,
    visits.visit_next,
    LAG(visits.visit) OVER (PARTITION BY bought.shopper, bought.item ORDER BY visits.visit) AS visit_before,
    LEAD(visits.visit) OVER (PARTITION BY bought.shopper, bought.item ORDER BY visits.visit) AS visit_after
  FROM (
    SELECT DISTINCT shopper, session, item
    FROM touches
    WHERE known AND kind = {buy}
  ) AS bought
  JOIN (
    SELECT
      shopper,
      session,
      visit,
      LEAD(visit) OVER (PARTITION BY shopper ORDER BY visit) AS visit_next
    FROM (
      SELECT
        shopper,
        session,
        CAST(ROW_NUMBER() OVER (PARTITION BY shopper ORDER BY bought_at, session) AS BIGINT) AS visit
      FROM (
        SELECT shopper, session, MIN(ts) AS bought_at
        FROM touches
        WHERE known AND kind = {buy}
        GROUP BY shopper, session
      ) AS baskets
    ) AS numbered
  ) AS visits
    ON bought.shopper = visits.shopper AND bought.session = visits.session
) AS history
GROUP BY item
