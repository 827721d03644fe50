-- What a new mirror contains, as SQLite holds it; a test compares it with the migrations.
-- Refresh: VERSORI_REFRESH=1 build/debug/tests/unit_tests -tc='schema: current*'

CREATE TABLE _connectors (
    organisation_id    TEXT NOT NULL,
    connector_id       TEXT NOT NULL,
    digest             BLOB,
    first_seen         TEXT NOT NULL,
    doubted_updated_at TEXT,
    doubted_interval   INTEGER,
    PRIMARY KEY (organisation_id, connector_id),
    FOREIGN KEY (organisation_id, connector_id) REFERENCES connectors
) STRICT, WITHOUT ROWID;

CREATE TABLE _deliveries (
    delivery TEXT NOT NULL PRIMARY KEY,
    seq      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE _organisations (
    organisation_id TEXT NOT NULL PRIMARY KEY REFERENCES organisations,
    normalisation   TEXT,
    scope           TEXT,
    walked_scope    TEXT,
    settled_list    TEXT,
    sweep_due       INTEGER NOT NULL DEFAULT 0,
    evidence        TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE _settings (
    name  TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE auth_scheme_messages (
    organisation_id TEXT NOT NULL,
    connector_id    TEXT NOT NULL,
    auth_scheme_id  TEXT NOT NULL,
    position        INTEGER NOT NULL,
    severity        TEXT NOT NULL,
    text            TEXT NOT NULL,
    detail          TEXT,
    extra           TEXT,
    PRIMARY KEY (organisation_id, connector_id, auth_scheme_id, position),
    FOREIGN KEY (organisation_id, connector_id, auth_scheme_id) REFERENCES auth_schemes
) STRICT, WITHOUT ROWID;

CREATE TABLE auth_schemes (
    organisation_id    TEXT NOT NULL,
    connector_id       TEXT NOT NULL,
    auth_scheme_id     TEXT NOT NULL,
    position           INTEGER,
    scheme_type        TEXT NOT NULL,
    description        TEXT,
    settings           TEXT NOT NULL,
    secret_fingerprint TEXT,
    PRIMARY KEY (organisation_id, connector_id, auth_scheme_id),
    FOREIGN KEY (organisation_id, connector_id) REFERENCES connectors
) STRICT, WITHOUT ROWID;

CREATE TABLE changes (
    seq             INTEGER PRIMARY KEY,
    walk_id         INTEGER,
    time            TEXT NOT NULL,
    organisation_id TEXT NOT NULL,
    connector_id    TEXT,
    table_name      TEXT,
    op              TEXT NOT NULL CHECK (op = 'insert' OR op = 'update' OR op = 'delete' OR op = 'baseline'),
    key             TEXT,
    label           TEXT,
    changed         TEXT NOT NULL,
    before          TEXT,
    after           TEXT,
    evidence        TEXT
) STRICT;

CREATE TABLE connection_credentials (
    organisation_id          TEXT NOT NULL,
    connector_id             TEXT NOT NULL,
    connection_id            TEXT NOT NULL,
    purpose                  TEXT NOT NULL,
    connection_credential_id TEXT NOT NULL,
    position                 INTEGER NOT NULL,
    credential_id            TEXT,
    auth_scheme_id           TEXT,
    auth_scheme              TEXT,
    extra                    TEXT,
    PRIMARY KEY (organisation_id, connector_id, connection_id, purpose, connection_credential_id),
    FOREIGN KEY (organisation_id, connector_id, connection_id) REFERENCES connections,
    FOREIGN KEY (organisation_id, connector_id, auth_scheme_id) REFERENCES auth_schemes,
    FOREIGN KEY (organisation_id, credential_id) REFERENCES credentials
) STRICT, WITHOUT ROWID;

CREATE TABLE connection_variables (
    organisation_id    TEXT NOT NULL,
    connector_id       TEXT NOT NULL,
    connection_id      TEXT NOT NULL,
    name               TEXT NOT NULL,
    occurrence         INTEGER NOT NULL,
    value              TEXT,
    secret_fingerprint TEXT,
    PRIMARY KEY (organisation_id, connector_id, connection_id, name, occurrence),
    FOREIGN KEY (organisation_id, connector_id, connection_id) REFERENCES connections
) STRICT, WITHOUT ROWID;

CREATE TABLE connections (
    organisation_id TEXT NOT NULL,
    connector_id    TEXT NOT NULL,
    connection_id   TEXT NOT NULL,
    name            TEXT NOT NULL,
    created_at      TEXT NOT NULL,
    updated_at      TEXT NOT NULL,
    extra           TEXT,
    PRIMARY KEY (organisation_id, connector_id, connection_id),
    FOREIGN KEY (organisation_id, connector_id) REFERENCES connectors
) STRICT, WITHOUT ROWID;

CREATE TABLE connector_tags (
    organisation_id TEXT NOT NULL,
    connector_id    TEXT NOT NULL,
    tag             TEXT NOT NULL,
    position        INTEGER NOT NULL,
    value           TEXT,
    PRIMARY KEY (organisation_id, connector_id, tag, position),
    FOREIGN KEY (organisation_id, connector_id) REFERENCES connectors
) STRICT, WITHOUT ROWID;

CREATE TABLE connector_variables (
    organisation_id    TEXT NOT NULL,
    connector_id       TEXT NOT NULL,
    name               TEXT NOT NULL,
    occurrence         INTEGER NOT NULL,
    value              TEXT,
    secret_fingerprint TEXT,
    PRIMARY KEY (organisation_id, connector_id, name, occurrence),
    FOREIGN KEY (organisation_id, connector_id) REFERENCES connectors
) STRICT, WITHOUT ROWID;

CREATE TABLE connectors (
    organisation_id       TEXT NOT NULL REFERENCES organisations,
    connector_id          TEXT NOT NULL,
    owner_organisation_id TEXT NOT NULL,
    name                  TEXT NOT NULL,
    public                INTEGER NOT NULL CHECK (public IN (0, 1)),
    protocol              TEXT NOT NULL,
    base_url              TEXT,
    dataset_id            TEXT,
    documentation_url     TEXT,
    image_url             TEXT,
    created_at            TEXT NOT NULL,
    updated_at            TEXT NOT NULL,
    extra                 TEXT,
    PRIMARY KEY (organisation_id, connector_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE contract_drift (
    json_path  TEXT NOT NULL,
    kind       TEXT NOT NULL,
    first_seen TEXT NOT NULL,
    last_seen  TEXT NOT NULL,
    count      INTEGER NOT NULL,
    PRIMARY KEY (json_path, kind)
) STRICT, WITHOUT ROWID;

CREATE TABLE credential_errors (
    organisation_id TEXT NOT NULL,
    credential_id   TEXT NOT NULL,
    position        INTEGER NOT NULL,
    text            TEXT NOT NULL,
    PRIMARY KEY (organisation_id, credential_id, position),
    FOREIGN KEY (organisation_id, credential_id) REFERENCES credentials
) STRICT, WITHOUT ROWID;

CREATE TABLE credential_usages (
    organisation_id           TEXT NOT NULL,
    credential_id             TEXT NOT NULL,
    connection_id             TEXT NOT NULL,
    connection_name           TEXT,
    connector_id              TEXT,
    connector_name            TEXT,
    connector_protocol        TEXT,
    connector_organisation_id TEXT,
    extra                     TEXT,
    PRIMARY KEY (organisation_id, credential_id, connection_id),
    FOREIGN KEY (organisation_id, credential_id) REFERENCES credentials
) STRICT, WITHOUT ROWID;

CREATE TABLE credentials (
    organisation_id       TEXT NOT NULL REFERENCES organisations,
    credential_id         TEXT NOT NULL,
    owner_organisation_id TEXT NOT NULL,
    type                  TEXT NOT NULL,
    name                  TEXT NOT NULL,
    data                  TEXT,
    secret_fingerprint    TEXT,
    valid                 INTEGER CHECK (valid IN (0, 1)),
    usages_loaded         INTEGER NOT NULL CHECK (usages_loaded IN (0, 1)),
    expires_at            TEXT,
    PRIMARY KEY (organisation_id, credential_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE mirror (
    mirror_id  TEXT NOT NULL,
    created_at TEXT NOT NULL,
    first_seq  INTEGER NOT NULL
) STRICT;

CREATE TABLE missing (
    organisation_id  TEXT NOT NULL,
    connector_id     TEXT NOT NULL,
    since            TEXT NOT NULL,
    settled_absences INTEGER NOT NULL DEFAULT 0,
    last_answer      TEXT,
    asked_at         TEXT,
    rejected_at      TEXT,
    PRIMARY KEY (organisation_id, connector_id),
    FOREIGN KEY (organisation_id, connector_id) REFERENCES connectors
) STRICT, WITHOUT ROWID;

CREATE TABLE organisations (
    organisation_id      TEXT NOT NULL PRIMARY KEY,
    name                 TEXT,
    state                TEXT NOT NULL CHECK (state IN ('new', 'ok', 'failing', 'denied', 'unconfigured')),
    state_reason         TEXT,
    state_since          TEXT NOT NULL,
    held_since           TEXT,
    held_reason          TEXT,
    total_count          INTEGER,
    connector_count      INTEGER NOT NULL DEFAULT 0,
    last_complete_walk   INTEGER,
    last_complete_at     TEXT,
    last_attempt_at      TEXT,
    next_attempt_at      TEXT,
    consecutive_failures INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

CREATE TABLE rejects (
    organisation_id TEXT NOT NULL REFERENCES organisations,
    connector_id    TEXT NOT NULL,
    reason          TEXT NOT NULL,
    json_path       TEXT NOT NULL,
    first_seen      TEXT NOT NULL,
    last_seen       TEXT NOT NULL,
    count           INTEGER NOT NULL,
    PRIMARY KEY (organisation_id, connector_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE version_messages (
    organisation_id TEXT NOT NULL,
    connector_id    TEXT NOT NULL,
    version_id      TEXT NOT NULL,
    position        INTEGER NOT NULL,
    severity        TEXT NOT NULL,
    text            TEXT NOT NULL,
    detail          TEXT,
    extra           TEXT,
    PRIMARY KEY (organisation_id, connector_id, version_id, position),
    FOREIGN KEY (organisation_id, connector_id, version_id) REFERENCES versions
) STRICT, WITHOUT ROWID;

CREATE TABLE versions (
    organisation_id TEXT NOT NULL,
    connector_id    TEXT NOT NULL,
    version_id      TEXT NOT NULL,
    name            TEXT NOT NULL,
    description     TEXT,
    is_latest       INTEGER NOT NULL CHECK (is_latest IN (0, 1)),
    is_default      INTEGER NOT NULL CHECK (is_default IN (0, 1)),
    created_at      TEXT NOT NULL,
    updated_at      TEXT NOT NULL,
    published_at    TEXT,
    extra           TEXT,
    PRIMARY KEY (organisation_id, connector_id, version_id),
    FOREIGN KEY (organisation_id, connector_id) REFERENCES connectors
) STRICT, WITHOUT ROWID;

CREATE TABLE walks (
    walk_id         INTEGER PRIMARY KEY AUTOINCREMENT,
    organisation_id TEXT NOT NULL REFERENCES organisations,
    started_at      TEXT NOT NULL,
    finished_at     TEXT,
    outcome         TEXT NOT NULL CHECK (outcome IN ('running', 'settled', 'complete', 'incomplete', 'abandoned')),
    error           TEXT,
    pages           INTEGER NOT NULL DEFAULT 0,
    requests        INTEGER NOT NULL DEFAULT 0,
    retries         INTEGER NOT NULL DEFAULT 0,
    bytes_received  INTEGER NOT NULL DEFAULT 0,
    connectors_seen INTEGER NOT NULL DEFAULT 0,
    total_count     INTEGER,
    rows_inserted   INTEGER NOT NULL DEFAULT 0,
    rows_updated    INTEGER NOT NULL DEFAULT 0,
    rows_deleted    INTEGER NOT NULL DEFAULT 0,
    missing         INTEGER NOT NULL DEFAULT 0,
    first_seq       INTEGER,
    last_seq        INTEGER
) STRICT;

CREATE INDEX changes_by_connector ON changes (organisation_id, connector_id, seq);

CREATE INDEX changes_by_time ON changes (time);

CREATE INDEX connection_credentials_by_credential ON connection_credentials (organisation_id, credential_id);

CREATE INDEX walks_by_organisation ON walks (organisation_id, walk_id);

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

CREATE VIEW pending_deletions AS
SELECT m.organisation_id, coalesce(o.name, o.organisation_id) AS organisation, m.connector_id,
       c.name AS connector, m.since, m.last_answer AS answer, o.held_since IS NOT NULL AS held
FROM missing m
JOIN connectors c USING (organisation_id, connector_id)
JOIN organisations o USING (organisation_id)
WHERE m.rejected_at IS NULL;

CREATE VIEW recent_changes AS
SELECT h.seq, h.time, h.organisation_id, coalesce(o.name, h.organisation_id) AS organisation, h.table_name, h.op,
       h.label, h.changed
FROM changes h INDEXED BY changes_by_time LEFT JOIN organisations o USING (organisation_id)
WHERE h.time >= strftime('%Y-%m-%dT%H:%M:%f', 'now', '-1 day');
