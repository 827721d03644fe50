-- The mirror. Every mirrored table starts with organisation_id (the organisation walked) and, under a connector,
-- connector_id; WITHOUT ROWID keeps the rows of one connector together. Each column has its sentence in dictionary.md.

CREATE TABLE mirror (
    mirror_id  TEXT NOT NULL,
    created_at TEXT NOT NULL,
    first_seq  INTEGER NOT NULL
) STRICT;

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

CREATE TABLE credential_errors (
    organisation_id TEXT NOT NULL,
    credential_id   TEXT NOT NULL,
    position        INTEGER NOT NULL,
    text            TEXT NOT NULL,
    PRIMARY KEY (organisation_id, credential_id, position),
    FOREIGN KEY (organisation_id, credential_id) REFERENCES credentials
) STRICT, WITHOUT ROWID;

-- What the platform says of a credential's uses; the connections named here need not be in the mirror.
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
CREATE INDEX connection_credentials_by_credential ON connection_credentials (organisation_id, credential_id);

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

-- Bookkeeping.

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
CREATE INDEX walks_by_organisation ON walks (organisation_id, walk_id);

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
CREATE INDEX changes_by_connector ON changes (organisation_id, connector_id, seq);
CREATE INDEX changes_by_time ON changes (time);

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

CREATE TABLE contract_drift (
    json_path  TEXT NOT NULL,
    kind       TEXT NOT NULL,
    first_seen TEXT NOT NULL,
    last_seen  TEXT NOT NULL,
    count      INTEGER NOT NULL,
    PRIMARY KEY (json_path, kind)
) STRICT, WITHOUT ROWID;

-- The daemon's own: no interface.

-- normalisation: by which rules the rows were made; NULL before the first complete walk.
-- scope: the filter and platform the rows were read with; walked_scope: those of the last walk.
-- settled_list: digest of the connectors the last walk listed, when that walk was settled.
-- sweep_due: rows that referred to credentials went since the credentials were last swept.
CREATE TABLE _organisations (
    organisation_id TEXT NOT NULL PRIMARY KEY REFERENCES organisations,
    normalisation   TEXT,
    scope           TEXT,
    walked_scope    TEXT,
    settled_list    TEXT,
    sweep_due       INTEGER NOT NULL DEFAULT 0,
    evidence        TEXT
) STRICT, WITHOUT ROWID;

-- digest: of the bytes the rows were made from. doubted_updated_at: an older document was seen in doubted_walk.
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

CREATE TABLE _settings (
    name  TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
