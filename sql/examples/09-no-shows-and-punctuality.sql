-- Who came to the slot that was booked? By the day of the slot, over the last 14 days: before it, in it, within the grace after it, or not at all.
-- Only slots whose time and grace (Reporting:NoShowGrace) are over count; of several bookings of a transaction the last one. Whose fault a no-show was is not known.
WITH today AS (SELECT min(day) AS day FROM vkyc.days WHERE NOT complete)
SELECT s.day,
       sum(s.slots) AS slots,
       sum(s.reschedules) AS reschedules,
       sum(s.started_before + s.started_in_slot + s.started_after + s.no_show) AS matured,
       sum(s.started_before) AS started_before,
       sum(s.started_in_slot) AS started_in_slot,
       sum(s.started_after) AS started_after,
       sum(s.no_show) AS no_show,
       CAST(100.0 * sum(s.no_show)
            / nullif(sum(s.started_before + s.started_in_slot + s.started_after + s.no_show), 0) AS decimal(5, 1)) AS no_show_percent
FROM vkyc.slots_daily AS s
WHERE s.day BETWEEN (SELECT day FROM today) - 13 AND (SELECT day FROM today)
GROUP BY s.day
ORDER BY s.day;
