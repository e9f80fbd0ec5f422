-- Transactions whose first event is of the days asked for: how many of them came to each stage. A stage counts the apps and days that sent its event
-- only; where none did, everything but apps is NULL. previous_open and previous_strict: those who came to the last sent stage before (in the cohort
-- 'any' SCHEDULED is not one), of the same apps and days; what is lost is the difference.
WITH daily AS MATERIALIZED (
    SELECT app_id, stage_no, entered, reached, reached_open, reached_strict, moving,
           min(CASE WHEN stage_no <> 1 OR cohort = 'scheduled' THEN reached_open END) OVER before AS previous_open,
           min(CASE WHEN stage_no <> 1 OR cohort = 'scheduled' THEN reached_strict END) OVER before AS previous_strict
    FROM vkyc.funnel_daily
    WHERE cohort_day BETWEEN CAST($from_day AS date) AND CAST($to_day AS date)
      AND cohort = $cohort
      AND (CAST($app AS text) IS NULL OR app_id = $app)
    WINDOW before AS (PARTITION BY cohort_day, app_id ORDER BY stage_no ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
)
SELECT s.stage_no, s.stage,
       count(DISTINCT d.app_id) AS apps,
       count(DISTINCT CASE WHEN d.reached IS NOT NULL THEN d.app_id END) AS apps_sending,
       CAST(sum(CASE WHEN d.reached IS NOT NULL THEN d.entered END) AS bigint) AS entered,
       CAST(sum(d.reached) AS bigint) AS reached,
       CAST(sum(d.reached_open) AS bigint) AS reached_open,
       CAST(sum(d.reached_strict) AS bigint) AS reached_strict,
       CAST(sum(CASE WHEN d.reached IS NOT NULL THEN d.previous_open END) AS bigint) AS previous_open,
       CAST(sum(CASE WHEN d.reached IS NOT NULL THEN d.previous_strict END) AS bigint) AS previous_strict,
       CAST(sum(d.moving) AS bigint) AS moving
FROM (VALUES (0, 'ENTERED'), (1, 'SCHEDULED'), (2, 'ASSIGNED'), (3, 'NOTIFIED'), (4, 'STARTED'), (5, 'COMPLETED'), (6, 'APPROVED')) AS s (stage_no, stage)
LEFT JOIN daily AS d ON d.stage_no = s.stage_no
GROUP BY s.stage_no, s.stage
ORDER BY s.stage_no;
