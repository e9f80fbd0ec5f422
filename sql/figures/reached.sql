-- How many transactions reached each event type, and each outcome (outcome NULL: with any, or with none).
SELECT event_type, status AS outcome, count(DISTINCT transaction_key) AS transactions, count(*) AS events
FROM vkyc.events
GROUP BY GROUPING SETS ((event_type), (event_type, status))
HAVING GROUPING(status) = 1 OR status IS NOT NULL
ORDER BY CASE event_type
             WHEN 'VCIP_CUSTOMER_SCHEDULED' THEN 1
             WHEN 'VCIP_CUSTOMER_ASSIGNED' THEN 2
             WHEN 'VCIP_CUSTOMER_NOTIFIED' THEN 3
             WHEN 'VCIP_CALL_STARTED' THEN 4
             WHEN 'VCIP_CALL_COMPLETED' THEN 5
             WHEN 'VCIP_CALL_ENDED' THEN 6
             ELSE 7
         END,
         event_type, status NULLS FIRST;
