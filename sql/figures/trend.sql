-- A day each of those asked for, by the day of a transaction's first event. entered_by_now: that day's entrants up to today's time of day. The rate is
-- of those older than the SLA (matured). approved to sla_rate rest on the apps and days that sent COMPLETED; NULL where none did.
-- (MATERIALIZED: worked out once, whatever a planner thinks of how few rows it is.)
WITH entered AS MATERIALIZED (
    SELECT app_id, CAST(first_event_at AT TIME ZONE CAST($zone AS text) AS date) AS day,
           count(*) FILTER (WHERE CAST(first_event_at AT TIME ZONE CAST($zone AS text) AS time) <= CAST($time_of_day AS time)) AS by_now,
           count(*) FILTER (WHERE first_event_at <= now() - CAST($sla AS interval)) AS matured,
           count(*) FILTER (WHERE first_event_at <= now() - CAST($sla AS interval)
                              AND turnaround_seconds <= CAST($sla_seconds AS double precision)) AS within_sla
    FROM vkyc.transactions
    WHERE first_event_at >= CAST($begins AS timestamptz)
      AND first_event_at < CAST($ends AS timestamptz)
      AND (CAST($app AS text) IS NULL OR app_id = $app)
      AND (CAST($cohort AS text) = 'any' OR scheduled_at IS NOT NULL)
    GROUP BY 1, 2
), approved AS MATERIALIZED (
    SELECT app_id, cohort_day AS day, entered, reached, moving, last_changed_at
    FROM vkyc.funnel_daily
    WHERE cohort_day BETWEEN CAST($from_day AS date) AND CAST($to_day AS date)
      AND cohort = $cohort AND stage_no = 6
      AND (CAST($app AS text) IS NULL OR app_id = $app)
)
SELECT CAST(d.day AS date) AS day,
       CAST(d.day AS date) < CAST($today AS date) AS complete,
       CAST(coalesce(sum(a.entered), 0) AS bigint) AS entered,
       CAST(coalesce(sum(e.by_now), 0) AS bigint) AS entered_by_now,
       CAST(sum(a.reached) AS bigint) AS approved,
       CAST(sum(a.moving) AS bigint) AS moving,
       CAST(sum(CASE WHEN a.reached IS NOT NULL THEN e.matured END) AS bigint) AS matured,
       CAST(sum(CASE WHEN a.reached IS NOT NULL THEN e.within_sla END) AS bigint) AS approved_within_sla,
       CAST(sum(CASE WHEN a.reached IS NOT NULL THEN e.within_sla END) AS double precision)
           / NULLIF(sum(CASE WHEN a.reached IS NOT NULL THEN e.matured END), 0) AS sla_rate,
       max(a.last_changed_at) AS last_changed_at
FROM generate_series(CAST($from_day AS timestamp), CAST($to_day AS timestamp), INTERVAL '1 day') AS d (day)
LEFT JOIN approved AS a ON a.day = CAST(d.day AS date)
LEFT JOIN entered AS e ON e.day = a.day AND e.app_id = a.app_id
GROUP BY d.day
ORDER BY d.day;
