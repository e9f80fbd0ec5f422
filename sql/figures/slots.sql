-- Booked slots by the day on which they begin, and when the call came. matured and the four after it rest on the apps and days that sent STARTED; NULL
-- where none did.
SELECT day, day < CAST($today AS date) AS complete,
       CAST(sum(slots) AS bigint) AS slots,
       CAST(sum(reschedules) AS bigint) AS reschedules,
       CAST(sum(CASE WHEN no_show IS NOT NULL THEN matured END) AS bigint) AS matured,
       CAST(sum(started_before) AS bigint) AS started_before,
       CAST(sum(started_in_slot) AS bigint) AS started_in_slot,
       CAST(sum(started_after) AS bigint) AS started_after,
       CAST(sum(no_show) AS bigint) AS no_show
FROM vkyc.slots_daily
WHERE day BETWEEN CAST($from_day AS date) AND CAST($to_day AS date)
  AND (CAST($app AS text) IS NULL OR app_id = $app)
GROUP BY day
ORDER BY day;
