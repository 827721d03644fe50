#!/usr/bin/env python3
"""Writes the pages of one simulated organisation as files, for a web server that only hands them out.

usage: pages.py CONNECTORS PAGE_SIZE FOLDER

FOLDER/base/ holds the list, FOLDER/later/ the same one after 1 % of the connectors changed (these move to the front),
0.5 % went and 0.5 % came. A page lies in CURSOR.json, the first one in .json, each also as .gz; in one/ lie the connectors
updated longest ago, as Get Connector answers them. FOLDER/later.gone has the ids of those that went. Same arguments, same
bytes.
"""
import gzip
import json
import os
import random
import sys

DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
ORGANISATION = "01J0BENCH00000000000000000"
TEXT = "Keeps orders, refunds and stock levels of the two systems in step"


def ulid(kind, number, rng):
    return f"01J{kind}{number:08d}" + "".join(rng.choices(DIGITS, k=14))


def time(microseconds):
    seconds, fraction = divmod(microseconds, 1_000_000)
    day, seconds = divmod(seconds, 86_400)
    return f"2025-{1 + day // 28 % 12:02d}-{1 + day % 28:02d}T{seconds // 3600:02d}:{seconds // 60 % 60:02d}:" \
           f"{seconds % 60:02d}.{fraction:06d}Z"


def oauth2():
    return {"id": "default", "schemeType": "oauth2", "description": TEXT,
            "authorizeUrl": "https://login.example.com/oauth2/v2/authorize",
            "tokenUrl": "https://login.example.com/oauth2/v2/token",
            "scopes": [{"name": f"{what}.{how}", "description": f"May {how} {what} on behalf of the account"}
                       for what in ("orders", "stock") for how in ("read", "write")],
            "defaultScopes": ["orders.read", "stock.read"],
            "grant": {"grantType": "client_credentials", "clientId": "client-4711", "clientSecret": "********"}}


def api_key():
    return {"id": "key", "schemeType": "api-key", "description": "Sent with every call", "name": "X-Api-Key",
            "in": "header"}


class Organisation:
    def __init__(self, count):
        self.rng = random.Random(count)
        self.clock = 20_000_000_000_000
        self.shared = [self.credential(n, "string", {"value": "********"}) for n in range(max(1, count // 10))]
        self.connectors = [self.connector(n) for n in range(count)]
        self.rng.shuffle(self.connectors)
        for connector in reversed(self.connectors):
            self.touch(connector)

    def tick(self):
        self.clock += self.rng.randrange(1, 9_000_000)
        return time(self.clock)

    def touch(self, connector):
        connector["updatedAt"] = self.tick()

    def credential(self, number, kind, data):
        return {"id": ulid("K", number, self.rng), "organisationId": ORGANISATION, "type": kind,
                "name": f"credential {number}", "data": data, "errors": []}

    def connection(self, number, connector, name, purpose, scheme, credential):
        when = self.tick()
        return {"id": ulid("N", number, self.rng), "name": name,
                "credentials": {purpose: [{"id": ulid("L", number, self.rng), "authSchemeConfig": scheme,
                                           "credential": credential}]},
                "variables": [{"name": "region", "value": self.rng.choice(["eu-west-1", "us-east-2"])},
                              {"name": "batch_size", "value": str(self.rng.randrange(50, 500))}],
                "createdAt": when, "updatedAt": when}

    def version(self, number, name, last):
        when = self.tick()
        out = {"id": ulid("V", number, self.rng), "name": name, "description": TEXT, "isLatest": last,
               "isDefault": last, "createdAt": when, "updatedAt": when, "publishedAt": when}
        if number % 2:
            out["messages"] = [{"text": "Deprecated call to /v1/orders", "severity": "warning", "detail": ["line 17"]}]
        return out

    def connector(self, n):
        when = self.tick()
        out = {"id": ulid("C", n, self.rng), "organisationId": ORGANISATION, "name": f"Orders to stock {n}",
               "public": False, "protocol": "http", "baseUrl": f"https://api-{n}.example.com/v1",
               "authSchemeConfigs": [oauth2(), api_key()],
               "documentationURL": f"https://docs.example.com/connectors/{n}",
               "imageURL": f"https://cdn.example.com/{n}.svg", "createdAt": when, "updatedAt": when,
               "tags": {"region": ["eu", "us"], "tier": ["gold"]},
               "connectionVariables": [{"name": "endpoint", "value": f"https://api-{n}.example.com"},
                                       {"name": "timeout", "value": "30"},
                                       {"name": "api_token", "value": "********"}]}
        own = self.credential(1_000_000 + n, "oauth2-client",
                              {"clientId": f"client-{n}", "clientSecret": "********",
                               "authorizeUrl": "https://login.example.com/oauth2/v2/authorize",
                               "tokenUrl": "https://login.example.com/oauth2/v2/token",
                               "scopes": ["orders.read", "stock.read"]})
        first = self.connection(2 * n, out, "production", "action", oauth2(), own)
        own["usages"] = [{"connection": {"id": first["id"], "name": first["name"], "createdAt": when, "updatedAt": when,
                                         "connector": {"id": out["id"], "organisationId": ORGANISATION,
                                                       "name": out["name"], "protocol": "http", "createdAt": when,
                                                       "updatedAt": when}}}]
        shared = self.shared[n % len(self.shared)]
        out["connections"] = [first, self.connection(2 * n + 1, out, "sandbox", "trigger", api_key(), shared)]
        out["versions"] = [self.version(3 * n + i, f"1.{i}.0", i == 2) for i in range(3)]
        return out

    def edit(self):
        """A day's work; gives the ids of the connectors that went."""
        count = len(self.connectors)
        picked = self.rng.sample(self.connectors[:-50], count // 100 + count // 200)
        changed, gone = picked[:count // 100], picked[count // 100:]
        new = [self.connector(count + n) for n in range(count // 200)]
        for connector in changed:
            connector["versions"][0]["description"] += " Now with returns."
            connector["connections"][0]["variables"][1]["value"] = "1"
        for connector in changed + new:
            self.touch(connector)
        moved = {c["id"] for c in changed + gone}
        stay = [c for c in self.connectors if c["id"] not in moved]
        self.connectors = sorted(changed + new, key=lambda c: c["updatedAt"], reverse=True) + stay
        return [c["id"] for c in gone]


def put(path, text):
    data = text.encode()
    with open(path + ".json", "wb") as out:
        out.write(data)
    with open(path + ".json.gz", "wb") as out:
        out.write(gzip.compress(data, 5, mtime=0))


def write(organisation, size, folder):
    os.makedirs(folder + "/one", exist_ok=True)
    every = organisation.connectors
    for at in range(0, max(1, len(every)), size):
        page = {"totalCount": len(every), "connectors": every[at:at + size]}
        if at + size < len(every):
            page["next"] = f"after-{at + size}"
        put(f"{folder}/" + (f"after-{at}" if at else ""), json.dumps(page, separators=(",", ":")))
    for connector in every[-50:]:
        put(f"{folder}/one/{connector['id']}", json.dumps(connector, separators=(",", ":")))


def main():
    count, size, folder = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    organisation = Organisation(count)
    write(organisation, size, folder + "/base")
    gone = organisation.edit()
    write(organisation, size, folder + "/later")
    with open(folder + "/later.gone", "w") as out:
        out.write("".join(id + "\n" for id in gone))


main()
