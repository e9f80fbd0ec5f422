-- Funnel by day: of the transactions whose first event fell on a day, how many came to each stage, over the last 14 days?
-- Reached means: this stage or a later one was seen. A stage is NULL where no application sends its event; its number then is not 0 but unknown.
-- moving: neither approved nor declined, and seen of late: the newest days still grow by these.
WITH today AS (SELECT min(day) AS day FROM vkyc.days WHERE NOT complete)
SELECT f.cohort_day AS day,
       f.cohort_day < (SELECT day FROM today) AS complete,
       sum(f.entered) FILTER (WHERE f.stage = 'ENTERED') AS entered,
       sum(f.reached_open) FILTER (WHERE f.stage = 'SCHEDULED') AS scheduled,
       sum(f.reached_open) FILTER (WHERE f.stage = 'ASSIGNED') AS assigned,
       sum(f.reached_open) FILTER (WHERE f.stage = 'NOTIFIED') AS notified,
       sum(f.reached_open) FILTER (WHERE f.stage = 'STARTED') AS started,
       sum(f.reached_open) FILTER (WHERE f.stage = 'COMPLETED') AS completed,
       sum(f.reached_open) FILTER (WHERE f.stage = 'APPROVED') AS approved,
       sum(f.moving) FILTER (WHERE f.stage = 'APPROVED') AS moving,
       CAST(100.0 * sum(f.reached_open) FILTER (WHERE f.stage = 'APPROVED')
            / nullif(sum(f.entered) FILTER (WHERE f.stage = 'APPROVED' AND f.reached_open IS NOT NULL), 0) AS decimal(5, 1)) AS approved_percent
FROM vkyc.funnel_daily AS f
WHERE f.cohort = 'any' AND f.cohort_day BETWEEN (SELECT day FROM today) - 13 AND (SELECT day FROM today)
GROUP BY f.cohort_day
ORDER BY f.cohort_day;
