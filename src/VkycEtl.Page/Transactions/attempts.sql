-- Call attempts, each with its transaction.
WITH listed AS (
    SELECT t.app_id, t.transaction_id, t.transaction_key, t.state, t.first_event_at, t.last_event_at, t.attempts, t.latest_outcome, t.turnaround_seconds,
           a.attempt_no, coalesce(a.started_at, a.ended_at) AS place_at, a.started_at, a.ended_at, a.outcome, a.agent_key, a.duration_seconds,
           CASE WHEN CAST($digits AS text) IS NULL THEN a.reason_key ELSE regexp_replace(a.reason_key, CAST($digits AS text), '#', 'g') END AS reason_key
    FROM vkyc.call_attempts AS a
    JOIN vkyc.transactions AS t ON t.transaction_key = a.transaction_key
    WHERE CAST($app AS text) IS NULL OR a.app_id = $app
)
