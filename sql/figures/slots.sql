-- Booked slots by the day on which they begin, and when the call came: vkyc.slots_daily, over apps. matured and the four after it rest on the apps and
-- days that sent STARTED; NULL where none did. (By instants, so that a few days do not read every year.)
WITH sent AS (
    SELECT app_id, min(CAST(first_event_time AT TIME ZONE CAST($zone AS text) AS date)) AS started_from
    FROM vkyc.observed_event_types
    WHERE event_type = 'VCIP_CALL_STARTED'
    GROUP BY app_id
), booked AS (
    SELECT t.*, CAST(t.slot_start_time AT TIME ZONE CAST($zone AS text) AS date) AS day,
           coalesce(s.started_from <= CAST(t.slot_start_time AT TIME ZONE CAST($zone AS text) AS date), FALSE) AS is_sent,
           t.slot_end_time + CAST($grace AS interval) <= now() AS is_matured
    FROM vkyc.transactions AS t
    LEFT JOIN sent AS s ON s.app_id = t.app_id
    WHERE t.slot_start_time >= CAST($begins AS timestamptz)
      AND t.slot_start_time < CAST($ends AS timestamptz)
      AND t.slot_end_time >= t.slot_start_time
      AND (CAST($app AS text) IS NULL OR t.app_id = $app)
), counted AS (
    SELECT day, bool_or(is_sent) AS has_sent,
           count(*) AS slots,
           CAST(sum(schedules - 1) AS bigint) AS reschedules,
           count(*) FILTER (WHERE is_sent AND is_matured) AS matured,
           count(*) FILTER (WHERE is_sent AND is_matured AND slot_call_at < slot_start_time) AS started_before,
           count(*) FILTER (WHERE is_sent AND is_matured AND slot_call_at >= slot_start_time AND slot_call_at <= slot_end_time) AS started_in_slot,
           count(*) FILTER (WHERE is_sent AND is_matured AND slot_call_at > slot_end_time AND slot_call_at <= slot_end_time + CAST($grace AS interval)) AS started_after,
           count(*) FILTER (WHERE is_sent AND is_matured AND (slot_call_at IS NULL OR slot_call_at > slot_end_time + CAST($grace AS interval))) AS no_show
    FROM booked
    GROUP BY day
)
SELECT day, day < CAST($today AS date) AS complete, slots, reschedules,
       CASE WHEN has_sent THEN matured END AS matured,
       CASE WHEN has_sent THEN started_before END AS started_before,
       CASE WHEN has_sent THEN started_in_slot END AS started_in_slot,
       CASE WHEN has_sent THEN started_after END AS started_after,
       CASE WHEN has_sent THEN no_show END AS no_show
FROM counted
ORDER BY day;
