#!/usr/bin/env python3
"""The script that one would write in an afternoon: urllib, json, sqlite3.

usage: script.py URL ORGANISATION DATABASE

A hash of each connector's text skips the unchanged, rows are replaced in one transaction, what one pass did not see is
deleted. It keeps no change records and no secrets apart, and believes whatever one pass saw.
"""
import hashlib
import json
import re
import sqlite3
import sys
import urllib.request

TABLES = {
    "connectors": "connector_id owner name public protocol base_url dataset_id documentation_url image_url created_at "
                  "updated_at",
    "connector_tags": "connector_id tag position value",
    "connector_variables": "connector_id name occurrence value",
    "auth_schemes": "connector_id auth_scheme_id position scheme_type description settings",
    "auth_scheme_messages": "connector_id auth_scheme_id position severity text detail",
    "connections": "connector_id connection_id name created_at updated_at",
    "connection_variables": "connector_id connection_id name occurrence value",
    "connection_credentials": "connector_id connection_id purpose link_id position credential_id auth_scheme_id",
    "versions": "connector_id version_id name description is_latest is_default created_at updated_at published_at",
    "version_messages": "connector_id version_id position severity text detail",
    "credentials": "credential_id owner type name data expires_at",
    "credential_errors": "credential_id position text",
    "credential_usages": "credential_id connection_id connection_name connector_id connector_name protocol owner",
}
KEYS = {"connectors": 1, "connector_tags": 3, "connector_variables": 3, "auth_schemes": 2, "auth_scheme_messages": 3,
        "connections": 2, "connection_variables": 4, "connection_credentials": 4, "versions": 2, "version_messages": 3,
        "credentials": 1, "credential_errors": 2, "credential_usages": 2}


def create(db):
    db.execute("PRAGMA journal_mode = WAL")
    for table, columns in TABLES.items():
        names = columns.split()
        db.execute(f"CREATE TABLE IF NOT EXISTS {table} ({', '.join(names)}, "
                   f"PRIMARY KEY ({', '.join(names[:KEYS[table]])})) WITHOUT ROWID")
    db.execute("CREATE TABLE IF NOT EXISTS hashes (connector_id PRIMARY KEY, hash) WITHOUT ROWID")


def messages(rows, table, key, some):
    for i, one in enumerate(some or []):
        rows[table].append((*key, i, one["severity"], one["text"], json.dumps(one.get("detail"))))


def variables(rows, table, key, some):
    seen = {}
    for one in some or []:
        name = one["name"]
        seen[name] = seen.get(name, -1) + 1
        rows[table].append((*key, name, seen[name], one["value"]))


def credential(rows, one):
    id = one["id"]
    rows["credentials"].append((id, one["organisationId"], one["type"], one["name"], json.dumps(one["data"]),
                                one.get("expiresAt")))
    for i, error in enumerate(one.get("errors") or []):
        rows["credential_errors"].append((id, i, error))
    for usage in one.get("usages") or []:
        connection = usage["connection"]
        connector = connection["connector"]
        rows["credential_usages"].append((id, connection["id"], connection["name"], connector["id"], connector["name"],
                                          connector["protocol"], connector["organisationId"]))


def connector(rows, one):
    id = one["id"]
    rows["connectors"].append((id, one["organisationId"], one["name"], one["public"], one["protocol"],
                               one.get("baseUrl"), one.get("datasetId"), one.get("documentationURL"),
                               one.get("imageURL"), one["createdAt"], one["updatedAt"]))
    for tag, values in (one.get("tags") or {}).items():
        for i, value in enumerate(values):
            rows["connector_tags"].append((id, tag, i, value))
    variables(rows, "connector_variables", (id,), one.get("connectionVariables"))
    for i, scheme in enumerate(one["authSchemeConfigs"]):
        rows["auth_schemes"].append((id, scheme["id"], i, scheme["schemeType"], scheme["description"],
                                     json.dumps(scheme)))
        messages(rows, "auth_scheme_messages", (id, scheme["id"]), scheme.get("validationMessages"))
    for connection in one["connections"]:
        key = (id, connection["id"])
        rows["connections"].append((*key, connection["name"], connection["createdAt"], connection["updatedAt"]))
        variables(rows, "connection_variables", key, connection["variables"])
        for purpose, links in connection["credentials"].items():
            for i, link in enumerate(links):
                rows["connection_credentials"].append((*key, purpose, link["id"], i, link["credential"]["id"],
                                                       link["authSchemeConfig"]["id"]))
                credential(rows, link["credential"])
    for version in one["versions"]:
        rows["versions"].append((id, version["id"], version["name"], version.get("description"), version["isLatest"],
                                 version["isDefault"], version["createdAt"], version["updatedAt"],
                                 version["publishedAt"]))
        messages(rows, "version_messages", (id, version["id"]), version.get("messages"))


def pages(url, organisation):
    """Lists of (connector, its text)."""
    decoder = json.JSONDecoder()
    cursor = ""
    while cursor is not None:
        with urllib.request.urlopen(f"{url}/o/{organisation}/connectors?first=100&after={cursor}") as answer:
            text = answer.read().decode()
        page = []
        at = text.index('"connectors":[') + len('"connectors":[')
        while text[at] != "]":
            one, end = decoder.raw_decode(text, at)
            page.append((one, text[at:end]))
            at = end + (text[end] == ",")
        yield page
        following = re.search('"next":"([^"]+)"', text[at:])
        cursor = following and following[1]


def main():
    url, organisation, path = sys.argv[1:]
    db = sqlite3.connect(path, isolation_level=None)
    create(db)
    known = dict(db.execute("SELECT connector_id, hash FROM hashes"))
    seen = set()
    db.execute("BEGIN")
    for page in pages(url, organisation):
        rows = {table: [] for table in TABLES}
        changed = []
        for one, text in page:
            seen.add(one["id"])
            hash = hashlib.blake2b(text.encode(), digest_size=16).digest()
            if known.get(one["id"]) != hash:
                changed.append((one["id"], hash))
                connector(rows, one)
        children = [table for table, columns in TABLES.items() if columns.startswith("connector_id")]
        if known:
            for table in children:
                db.executemany(f"DELETE FROM {table} WHERE connector_id = ?", [(id,) for id, _ in changed])
        for table, some in rows.items():
            marks = ", ".join("?" * len(TABLES[table].split()))
            db.executemany(f"INSERT OR REPLACE INTO {table} VALUES ({marks})", some)
        db.executemany("INSERT OR REPLACE INTO hashes VALUES (?, ?)", changed)
    for id in set(known) - seen:
        for table in [*children, "hashes"]:
            db.execute(f"DELETE FROM {table} WHERE connector_id = ?", (id,))
    db.execute("COMMIT")


main()
