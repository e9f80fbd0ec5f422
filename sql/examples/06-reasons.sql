-- Why are calls declined, or end without a decision? Each reason and its share of the calls that ended so, over the last 28 days.
-- Reasons are free text: spellings that differ in capitals and white space only are one. NULL: no reason was given.
WITH today AS (SELECT min(day) AS day FROM vkyc.days WHERE NOT complete),
counted AS (
    SELECT r.outcome, r.reason_key, min(r.reason) AS reason, sum(r.attempts) AS calls
    FROM vkyc.reasons_daily AS r
    WHERE r.day BETWEEN (SELECT day FROM today) - 27 AND (SELECT day FROM today) AND r.outcome IN ('DECLINED', 'INCOMPLETE')
    GROUP BY r.outcome, r.reason_key
)
SELECT outcome, reason, calls,
       CAST(100.0 * calls / sum(calls) OVER (PARTITION BY outcome) AS decimal(5, 1)) AS percent
FROM counted
ORDER BY outcome, calls DESC, reason_key NULLS LAST;
