-- Why calls were declined or not completed, by the day on which they ended. reason: as most often sent. Digits are masked, unless personal values are shown.
WITH reasons AS (
    SELECT outcome,
           CASE WHEN CAST($digits AS text) IS NULL THEN reason_key ELSE regexp_replace(reason_key, CAST($digits AS text), '#', 'g') END AS reason_key,
           CASE WHEN CAST($digits AS text) IS NULL THEN reason ELSE regexp_replace(reason, CAST($digits AS text), '#', 'g') END AS reason
    FROM vkyc.call_attempts
    WHERE ended_at >= CAST($begins AS timestamptz)
      AND ended_at < CAST($ends AS timestamptz)
      AND outcome IN ('DECLINED', 'INCOMPLETE', 'OTHER')
      AND (CAST($app AS text) IS NULL OR app_id = $app)
), spelled AS (
    SELECT outcome, reason_key, reason, count(*) AS attempts,
           row_number() OVER (PARTITION BY outcome, reason_key ORDER BY count(*) DESC, reason COLLATE "C") AS place
    FROM reasons
    GROUP BY outcome, reason_key, reason
)
SELECT outcome, reason_key,
       max(CASE WHEN place = 1 AND reason_key IS NOT NULL THEN reason END) AS reason,
       CAST(sum(attempts) AS bigint) AS attempts
FROM spelled
GROUP BY outcome, reason_key
ORDER BY attempts DESC, outcome, reason_key COLLATE "C" NULLS LAST;
