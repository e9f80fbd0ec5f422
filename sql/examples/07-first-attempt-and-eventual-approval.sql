-- How many are approved at their first call, and how many at last? By application, over the transactions that had a call in the last 28 days or have one open.
-- attempts: calls a transaction on average. Who was not approved yet may still be: compare applications with each other, not with a rate that is settled.
SELECT app_id, count(*) AS with_a_call,
       count(*) FILTER (WHERE first_outcome = 'APPROVED') AS approved_first,
       CAST(100.0 * count(*) FILTER (WHERE first_outcome = 'APPROVED') / count(*) AS decimal(5, 1)) AS approved_first_percent,
       count(*) FILTER (WHERE ever_approved) AS approved_ever,
       CAST(100.0 * count(*) FILTER (WHERE ever_approved) / count(*) AS decimal(5, 1)) AS approved_ever_percent,
       CAST(1.0 * sum(attempts) / count(*) AS decimal(9, 2)) AS attempts
FROM vkyc.transactions
WHERE attempts > 0 AND last_event_at >= now() - INTERVAL '28 days'
GROUP BY app_id
ORDER BY app_id;
