-- How many were approved within the time that is promised (Reporting:Sla), by the day on which they entered, over the last 14 days?
-- Only transactions that are older than that time count (matured): a younger one may still make it, so the newest days have few or none, and NULL percent.
WITH today AS (SELECT min(day) AS day FROM vkyc.days WHERE NOT complete)
SELECT s.cohort_day AS day,
       sum(s.entered) AS entered,
       sum(s.matured) FILTER (WHERE s.approved_within_sla IS NOT NULL) AS matured,
       sum(s.approved_within_sla) AS approved_within_sla,
       CAST(100.0 * sum(s.approved_within_sla)
            / nullif(sum(s.matured) FILTER (WHERE s.approved_within_sla IS NOT NULL), 0) AS decimal(5, 1)) AS percent
FROM vkyc.sla_daily AS s
WHERE s.cohort_day BETWEEN (SELECT day FROM today) - 13 AND (SELECT day FROM today)
GROUP BY s.cohort_day
ORDER BY s.cohort_day;
