-- How call attempts ended, by the day on which they began (or ended, where no beginning is known): vkyc.outcomes_daily, over apps. completion_rate: of the
-- apps and days that sent COMPLETED; NULL where none did. (By instants, so that a few days do not read every year.)
WITH sent AS (
    SELECT app_id, min(CAST(first_event_time AT TIME ZONE CAST($zone AS text) AS date)) AS completed_from
    FROM vkyc.observed_event_types
    WHERE event_type = 'VCIP_CALL_COMPLETED'
    GROUP BY app_id
), attempts AS (
    SELECT a.*, CAST(coalesce(a.started_at, a.ended_at) AT TIME ZONE CAST($zone AS text) AS date) AS day,
           a.started_at IS NOT NULL
               AND s.completed_from <= CAST(coalesce(a.started_at, a.ended_at) AT TIME ZONE CAST($zone AS text) AS date) AS is_sent_start
    FROM vkyc.call_attempts AS a
    LEFT JOIN sent AS s ON s.app_id = a.app_id
    WHERE coalesce(a.started_at, a.ended_at) >= CAST($begins AS timestamptz)
      AND coalesce(a.started_at, a.ended_at) < CAST($ends AS timestamptz)
      AND (CAST($app AS text) IS NULL OR a.app_id = $app)
)
SELECT day, day < CAST($today AS date) AS complete,
       count(*) AS attempts,
       count(started_at) AS started,
       count(*) FILTER (WHERE outcome IN ('APPROVED', 'DECLINED', 'OTHER')) AS completed,
       count(*) FILTER (WHERE outcome = 'APPROVED') AS approved,
       count(*) FILTER (WHERE outcome = 'DECLINED') AS declined,
       count(*) FILTER (WHERE outcome = 'OTHER') AS other,
       count(*) FILTER (WHERE outcome = 'INCOMPLETE') AS incomplete,
       count(*) FILTER (WHERE outcome = 'ABANDONED') AS abandoned,
       count(*) FILTER (WHERE outcome = 'OPEN') AS open_attempts,
       count(*) FILTER (WHERE outcome = 'OPEN' AND started_at < now() - CAST($stale AS interval)) AS open_stale,
       CAST(count(*) FILTER (WHERE outcome = 'APPROVED') AS double precision)
           / NULLIF(count(*) FILTER (WHERE outcome IN ('APPROVED', 'DECLINED')), 0) AS approval_rate,
       CAST(count(*) FILTER (WHERE is_sent_start AND outcome IN ('APPROVED', 'DECLINED', 'OTHER')) AS double precision)
           / NULLIF(count(*) FILTER (WHERE is_sent_start), 0) AS completion_rate,
       count(*) FILTER (WHERE attempt_no = 1) AS first_attempts,
       count(*) FILTER (WHERE attempt_no = 1 AND outcome = 'APPROVED') AS first_attempts_approved,
       max(last_changed_at) AS last_changed_at
FROM attempts
GROUP BY day
ORDER BY day;
