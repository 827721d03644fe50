#!/usr/bin/env python3
"""How soon a change upstream is a change record, with schedule.head_interval = "2s": 200 edits at random moments.

usage: freshness.py MIRROR PLATFORM [EDITS]
"""
import json
import os
import random
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request


def wait_for(what, seconds=60):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := what():
            return found
        time.sleep(0.005)
    sys.exit("waited in vain")


def main():
    mirror, platform = sys.argv[1:3]
    edits = int(sys.argv[3]) if len(sys.argv) > 3 else 200
    random.seed(1)
    with tempfile.TemporaryDirectory(prefix="versori-freshness-") as place:
        served = subprocess.Popen([platform, "--port", "0", "--control-port", "0", "--port-file", f"{place}/ports",
                                   "--organisations", "1", "--connectors", "1000"], stdout=subprocess.DEVNULL)
        wait_for(lambda: os.path.exists(f"{place}/ports"))
        port, control = open(f"{place}/ports").read().split()
        organisation = json.load(urllib.request.urlopen(f"http://127.0.0.1:{control}/organisations"))
        organisation = organisation["organisations"][0]["id"]
        api = f"http://127.0.0.1:{port}/api/connect/v1"
        listing = urllib.request.Request(f"{api}/o/{organisation}/connectors?first=1000",
                                         headers={"Authorization": "Bearer try-me"})
        ids = [one["id"] for one in json.load(urllib.request.urlopen(listing))["connectors"]]
        with open(f"{place}/fresh.toml", "w") as out:
            out.write(f'[mirror]\ndatabase = "{place}/mirror.db"\n'
                      f'[platform]\nurl = "{api}"\n[changes]\njournal = false\n'
                      '[schedule]\ninterval = "5m"\nhead_interval = "2s"\n[[organisation]]\n'
                      f'id = "{organisation}"\ntoken_env = "VERSORI_TOKEN"\n')
        daemon = subprocess.Popen([mirror, "-c", f"{place}/fresh.toml", "run"],
                                  env={**os.environ, "VERSORI_TOKEN": "try-me"}, stderr=subprocess.DEVNULL)
        database = f"file:{place}/mirror.db?mode=ro"

        def newest():
            try:
                with sqlite3.connect(database, uri=True) as db:
                    return db.execute("SELECT max(seq) FROM changes").fetchone()[0]
            except sqlite3.Error:
                return None

        wait_for(newest)
        seen = []
        while len(seen) < edits:
            time.sleep(random.uniform(0, 2))  # at no particular moment between two looks
            before = newest()
            edit = f"/organisations/{organisation}/connectors/{random.choice(ids)}/rename?name=edit-{len(seen)}"
            urllib.request.urlopen(urllib.request.Request(f"http://127.0.0.1:{control}{edit}", method="POST")).read()
            began = time.monotonic()
            wait_for(lambda: newest() > before)
            seen.append(time.monotonic() - began)
        daemon.terminate()
        daemon.wait()
        served.terminate()
        served.wait()
        print(f"{len(seen)} changes: median {statistics.median(seen):.2f} s, worst {max(seen):.2f} s")


main()
