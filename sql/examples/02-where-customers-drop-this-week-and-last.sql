-- Where do customers drop, this week and last? Each step against the last step before it that the application sends, over the last seven complete
-- days and the seven before these.
-- came: had reached the step before; lost: had not reached this one (open rule: this step or a later one). Of a young week some are still on their way.
-- SCHEDULED is no step: walk-ins have none. An application that does not send a step's event takes no part in that step.
WITH today AS (SELECT min(day) AS day FROM vkyc.days WHERE NOT complete),
steps AS (
    SELECT f.cohort_day, f.stage_no, f.stage, f.reached_open,
           lag(f.reached_open) OVER (PARTITION BY f.cohort_day, f.app_id ORDER BY f.stage_no) AS came
    FROM vkyc.funnel_daily AS f
    WHERE f.cohort = 'any' AND f.stage <> 'SCHEDULED' AND f.reached_open IS NOT NULL
),
weeks AS (
    SELECT s.stage_no, s.stage,
           sum(s.came) FILTER (WHERE s.cohort_day >= (SELECT day FROM today) - 7) AS came_this_week,
           sum(s.came - s.reached_open) FILTER (WHERE s.cohort_day >= (SELECT day FROM today) - 7) AS lost_this_week,
           sum(s.came) FILTER (WHERE s.cohort_day < (SELECT day FROM today) - 7) AS came_last_week,
           sum(s.came - s.reached_open) FILTER (WHERE s.cohort_day < (SELECT day FROM today) - 7) AS lost_last_week
    FROM steps AS s
    WHERE s.came IS NOT NULL AND s.cohort_day >= (SELECT day FROM today) - 14 AND s.cohort_day < (SELECT day FROM today)
    GROUP BY s.stage_no, s.stage
)
SELECT stage_no, stage, came_this_week, lost_this_week,
       CAST(100.0 * lost_this_week / nullif(came_this_week, 0) AS decimal(5, 1)) AS lost_percent_this_week,
       came_last_week, lost_last_week,
       CAST(100.0 * lost_last_week / nullif(came_last_week, 0) AS decimal(5, 1)) AS lost_percent_last_week
FROM weeks
ORDER BY stage_no;
