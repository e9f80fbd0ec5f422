-- How call attempts ended, by the day on which they began (or ended, where no beginning is known). completion_rate: of the apps and days that sent
-- COMPLETED; NULL where none did.
WITH known AS (
    SELECT app_id, CAST(started_at AT TIME ZONE CAST($zone AS text) AS date) AS day, count(*) AS completed
    FROM vkyc.call_attempts
    WHERE started_at >= CAST($from_day AS timestamp) AT TIME ZONE CAST($zone AS text)
      AND started_at < (CAST($to_day AS timestamp) + INTERVAL '1 day') AT TIME ZONE CAST($zone AS text)
      AND outcome IN ('APPROVED', 'DECLINED', 'OTHER')
      AND (CAST($app AS text) IS NULL OR app_id = $app)
    GROUP BY 1, 2
)
SELECT o.day, o.day < CAST($today AS date) AS complete,
       CAST(sum(o.attempts) AS bigint) AS attempts,
       CAST(sum(o.started) AS bigint) AS started,
       CAST(sum(o.completed) AS bigint) AS completed,
       CAST(sum(o.approved) AS bigint) AS approved,
       CAST(sum(o.declined) AS bigint) AS declined,
       CAST(sum(o.other) AS bigint) AS other,
       CAST(sum(o.incomplete) AS bigint) AS incomplete,
       CAST(sum(o.abandoned) AS bigint) AS abandoned,
       CAST(sum(o.open_attempts) AS bigint) AS open_attempts,
       CAST(sum(o.open_stale) AS bigint) AS open_stale,
       CAST(sum(o.approved) AS double precision) / NULLIF(sum(o.approved) + sum(o.declined), 0) AS approval_rate,
       CAST(sum(CASE WHEN o.completion_rate IS NOT NULL THEN coalesce(k.completed, 0) END) AS double precision)
           / NULLIF(sum(CASE WHEN o.completion_rate IS NOT NULL THEN o.started END), 0) AS completion_rate,
       CAST(sum(o.first_attempts) AS bigint) AS first_attempts,
       CAST(sum(o.first_attempts_approved) AS bigint) AS first_attempts_approved,
       max(o.last_changed_at) AS last_changed_at
FROM vkyc.outcomes_daily AS o
LEFT JOIN known AS k ON k.day = o.day AND k.app_id = o.app_id
WHERE o.day BETWEEN CAST($from_day AS date) AND CAST($to_day AS date)
  AND (CAST($app AS text) IS NULL OR o.app_id = $app)
GROUP BY o.day
ORDER BY o.day;
