CREATE VIEW pending_deletions AS
SELECT m.organisation_id, coalesce(o.name, o.organisation_id) AS organisation, m.connector_id,
       c.name AS connector, m.since, m.last_answer AS answer, o.held_since IS NOT NULL AS held
FROM missing m
JOIN connectors c USING (organisation_id, connector_id)
JOIN organisations o USING (organisation_id)
WHERE m.rejected_at IS NULL;

CREATE VIEW expiring_credentials AS
SELECT c.organisation_id, c.credential_id, c.name, c.type, c.expires_at,
       CAST(julianday(c.expires_at) - julianday('now') AS INTEGER) AS days_left,
       (SELECT count(DISTINCT cc.connector_id || ' ' || cc.connection_id) FROM connection_credentials cc
        WHERE cc.organisation_id = c.organisation_id AND cc.credential_id = c.credential_id) AS connections
FROM credentials c
WHERE c.expires_at < strftime('%Y-%m-%dT%H:%M:%f', 'now', '+30 days');

CREATE VIEW invalid_credentials AS
SELECT c.organisation_id, c.credential_id, c.name, c.type,
       (SELECT json_group_array(text) FROM
        (SELECT e.text FROM credential_errors e
         WHERE e.organisation_id = c.organisation_id AND e.credential_id = c.credential_id
         ORDER BY e.position)) AS errors,
       (SELECT count(DISTINCT cc.connector_id || ' ' || cc.connection_id) FROM connection_credentials cc
        WHERE cc.organisation_id = c.organisation_id AND cc.credential_id = c.credential_id) AS connections
FROM credentials c
WHERE c.valid = 0;

CREATE VIEW connector_overview AS
SELECT c.organisation_id, c.connector_id, c.name, c.protocol,
       (SELECT count(*) FROM connections n
        WHERE n.organisation_id = c.organisation_id AND n.connector_id = c.connector_id) AS connections,
       (SELECT count(*) FROM versions v
        WHERE v.organisation_id = c.organisation_id AND v.connector_id = c.connector_id) AS versions,
       (SELECT count(DISTINCT cc.credential_id) FROM connection_credentials cc
        WHERE cc.organisation_id = c.organisation_id AND cc.connector_id = c.connector_id) AS credentials,
       (SELECT max(v.name) FROM versions v WHERE v.organisation_id = c.organisation_id
        AND v.connector_id = c.connector_id AND v.is_latest) AS latest_version,
       (SELECT max(v.name) FROM versions v WHERE v.organisation_id = c.organisation_id
        AND v.connector_id = c.connector_id AND v.is_default) AS default_version,
       c.updated_at
FROM connectors c;

-- By time, whatever else a query asks for: a day is a small part of what is kept.
CREATE VIEW recent_changes AS
SELECT h.seq, h.time, h.organisation_id, coalesce(o.name, h.organisation_id) AS organisation, h.table_name, h.op,
       h.label, h.changed
FROM changes h INDEXED BY changes_by_time LEFT JOIN organisations o USING (organisation_id)
WHERE h.time >= strftime('%Y-%m-%dT%H:%M:%f', 'now', '-1 day');
