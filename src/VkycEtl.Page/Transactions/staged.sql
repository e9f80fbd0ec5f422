-- Of every transaction whose first event is of the days asked for: which stages it came to (open_n: this or a later one; strict_n: this and every one
-- before it that the app then sent), and which its app sent on that day (sends_n).
WITH sent AS (
    SELECT app_id,
           min(CASE WHEN event_type = 'VCIP_CUSTOMER_SCHEDULED' THEN CAST(first_event_time AT TIME ZONE CAST($zone AS text) AS date) END) AS scheduled_from,
           min(CASE WHEN event_type = 'VCIP_CUSTOMER_ASSIGNED' THEN CAST(first_event_time AT TIME ZONE CAST($zone AS text) AS date) END) AS assigned_from,
           min(CASE WHEN event_type = 'VCIP_CUSTOMER_NOTIFIED' THEN CAST(first_event_time AT TIME ZONE CAST($zone AS text) AS date) END) AS notified_from,
           min(CASE WHEN event_type = 'VCIP_CALL_STARTED' THEN CAST(first_event_time AT TIME ZONE CAST($zone AS text) AS date) END) AS started_from,
           min(CASE WHEN event_type = 'VCIP_CALL_COMPLETED' THEN CAST(first_event_time AT TIME ZONE CAST($zone AS text) AS date) END) AS completed_from
    FROM vkyc.observed_event_types
    GROUP BY app_id
), seen AS (
    SELECT t.*, CAST(NULL AS integer) AS attempt_no, t.first_event_at AS place_at,
           TRUE AS sends_0,
           coalesce(s.scheduled_from <= t.cohort_day, FALSE) AS sends_1,
           coalesce(s.assigned_from <= t.cohort_day, FALSE) AS sends_2,
           coalesce(s.notified_from <= t.cohort_day, FALSE) AS sends_3,
           coalesce(s.started_from <= t.cohort_day, FALSE) AS sends_4,
           coalesce(s.completed_from <= t.cohort_day, FALSE) AS sends_5,
           coalesce(s.completed_from <= t.cohort_day, FALSE) AS sends_6
    FROM (SELECT *, CAST(first_event_at AT TIME ZONE CAST($zone AS text) AS date) AS cohort_day
          FROM vkyc.transactions
          WHERE first_event_at >= CAST($begins AS timestamptz)
            AND first_event_at < CAST($ends AS timestamptz)
            AND (CAST($app AS text) IS NULL OR app_id = $app)
            AND (CAST($cohort AS text) = 'any' OR scheduled_at IS NOT NULL)) AS t
    LEFT JOIN sent AS s ON s.app_id = t.app_id
), opened AS (
    SELECT *, TRUE AS open_0,
           scheduled_at IS NOT NULL OR assigned_at IS NOT NULL OR notified_at IS NOT NULL OR started_at IS NOT NULL OR completed_at IS NOT NULL OR ended_at IS NOT NULL AS open_1,
           assigned_at IS NOT NULL OR notified_at IS NOT NULL OR started_at IS NOT NULL OR completed_at IS NOT NULL OR ended_at IS NOT NULL AS open_2,
           notified_at IS NOT NULL OR started_at IS NOT NULL OR completed_at IS NOT NULL OR ended_at IS NOT NULL AS open_3,
           started_at IS NOT NULL OR completed_at IS NOT NULL OR ended_at IS NOT NULL AS open_4,
           completed_at IS NOT NULL AS open_5,
           ever_approved AS open_6,
           TRUE AS own_0, scheduled_at IS NOT NULL AS own_1, assigned_at IS NOT NULL AS own_2, notified_at IS NOT NULL AS own_3, started_at IS NOT NULL AS own_4,
           completed_at IS NOT NULL AS own_5, ever_approved AS own_6,
           scheduled_at IS NOT NULL OR NOT sends_1 OR CAST($cohort AS text) = 'any' AS kept_1,
           assigned_at IS NOT NULL OR NOT sends_2 AS kept_2,
           notified_at IS NOT NULL OR NOT sends_3 AS kept_3,
           started_at IS NOT NULL OR NOT sends_4 AS kept_4,
           completed_at IS NOT NULL OR NOT sends_5 AS kept_5
    FROM seen
), listed AS (
    SELECT *, TRUE AS strict_0, own_1 AS strict_1, own_2 AND kept_1 AS strict_2, own_3 AND kept_1 AND kept_2 AS strict_3,
           own_4 AND kept_1 AND kept_2 AND kept_3 AS strict_4, own_5 AND kept_1 AND kept_2 AND kept_3 AND kept_4 AS strict_5,
           own_6 AND kept_1 AND kept_2 AND kept_3 AND kept_4 AND kept_5 AS strict_6
    FROM opened
    WHERE TRUE
)
