-- Transactions with a whole slot that begins on the days asked for.
WITH sent AS (
    SELECT app_id, min(CAST(first_event_time AT TIME ZONE CAST($zone AS text) AS date)) AS started_from
    FROM vkyc.observed_event_types
    WHERE event_type = 'VCIP_CALL_STARTED'
    GROUP BY app_id
), listed AS (
    SELECT t.*, CAST(NULL AS integer) AS attempt_no, t.slot_start_time AS place_at,
           coalesce(s.started_from <= CAST(t.slot_start_time AT TIME ZONE CAST($zone AS text) AS date), FALSE) AS sends_started
    FROM vkyc.transactions AS t
    LEFT JOIN sent AS s ON s.app_id = t.app_id
    WHERE t.slot_start_time >= CAST($begins AS timestamptz)
      AND t.slot_start_time < CAST($ends AS timestamptz)
      AND t.slot_end_time >= t.slot_start_time
      AND (CAST($app AS text) IS NULL OR t.app_id = $app)
)
