#!/usr/bin/env python3
"""See tests/bench/run."""
import argparse
import glob
import os
import re
import signal
import sqlite3
import subprocess
import tempfile
import time

import report
from measuring import (HERE, ORGANISATION, Figures, Web, alternate, copy_database, measured, median,
                       remove_database, tools)

TOKEN = {**os.environ, "VERSORI_TOKEN": "bench"}


class Bench:
    def __init__(self, mirror, build, connectors, place):
        self.mirror, self.tools, self.connectors, self.place = mirror, build, connectors, place
        self.pages = f"{build}/pages-{connectors}"
        if not os.path.exists(self.pages + "/later.gone"):
            subprocess.run(["python3", f"{HERE}/pages.py", str(connectors), "100", self.pages], check=True)
        self.web = Web(place)
        self.ready, self.after, self.database = (f"{place}/{name}.db" for name in ("ready", "after", "mirror"))

    # The contenders; each gives its Figures.

    def curl(self, url):
        cursors = ["", *(f"after-{at}" for at in range(100, self.connectors, 100))]
        config = f"{self.place}/curl.conf"
        with open(config, "w") as out:
            out.write("".join(f'url = "{url}/o/{ORGANISATION}/connectors?first=100&after={cursor}"\n'
                              'output = "/dev/null"\n' for cursor in cursors))
        encoding = ["-H", "Accept-Encoding: gzip"] if url == self.web.gzip else []
        return measured(self.tools, ["curl", "-s", *encoding, "-K", config])

    def insert(self):
        target = f"{self.place}/insert.db"
        remove_database(target)
        figures, self.rows = self.insert_into(target, self.ready)
        return figures

    def insert_delta(self):
        target = f"{self.place}/insert.db"
        copy_database(self.ready, target)
        figures, self.delta_rows = self.insert_into(target, self.after, self.ready)
        return figures

    def insert_into(self, target, source, *before):
        said = subprocess.run([f"{self.tools}/insert", source, target, *before], check=True, capture_output=True,
                              text=True).stdout.split()
        return Figures(float(said[0]), float(said[1]), 0), int(said[2])

    def sax(self):
        files = [f"{self.pages}/base/.json", *glob.glob(f"{self.pages}/base/after-*.json")]
        said = subprocess.run([f"{self.tools}/sax", *files], check=True, capture_output=True, text=True).stdout
        return Figures(float(said), float(said), 0)

    def script(self, fresh, pages="base"):
        self.web.serve(f"{self.pages}/{pages}")
        target = f"{self.place}/script.db"
        if fresh:
            remove_database(target)
        else:
            copy_database(f"{self.place}/script-ready.db", target)
        return measured(self.tools, ["python3", f"{HERE}/script.py", self.web.plain, ORGANISATION, target])

    def sqlite_utils(self):
        target = f"{self.place}/utils.db"
        command = (f"curl -s -K {self.place}/curl-out.conf | jq -c '.connectors[]' | "
                   f"sqlite-utils upsert {target} connectors - --nl --pk id")
        with open(f"{self.place}/curl.conf") as full, open(f"{self.place}/curl-out.conf", "w") as out:
            out.write("".join(line for line in full if not line.startswith("output")))
        return measured(self.tools, ["sh", "-c", command])

    def configuration(self, url, more=""):
        path = f"{self.place}/bench.toml"
        with open(path, "w") as out:
            out.write(f'[mirror]\ndatabase = "{self.database}"\n[platform]\nurl = "{url}"\n'
                      f'[changes]\njournal = false\n[schedule]\ninterval = "10h"\n{more}\n'
                      f'[[organisation]]\nid = "{ORGANISATION}"\nname = "bench"\ntoken_env = "VERSORI_TOKEN"\n')
        return path

    # A copy of the mirror is taken for one, and its soundness looked at, once: not what is measured here.
    def adopt(self):
        copy_database(self.ready, self.database)
        self.web.serve(f"{self.pages}/base")
        subprocess.run([self.mirror, "-c", self.configuration(self.web.plain), "sync"], env=TOKEN, check=True,
                       capture_output=True)

    def sync(self, fresh=False, url=None, more="", pages="base"):
        remove_database(self.database) if fresh else self.adopt()
        self.web.serve(f"{self.pages}/{pages}")
        config = self.configuration(url or self.web.plain, more)
        return measured(self.tools, [self.mirror, "-c", config, "sync"], env=TOKEN)

    def delta(self):
        return self.sync(more="[fidelity]\nconfirm_deletions = false", pages="later")

    def start(self):
        return measured(self.tools, [self.mirror, "--version"])

    # A mirror to begin with: synced, and old enough for its deletions to be believed.
    def prepare(self):
        self.web.serve(f"{self.pages}/base")
        self.sync(fresh=True)
        copy_database(self.database, self.ready)
        with sqlite3.connect(self.ready) as db:
            db.execute("UPDATE _connectors SET first_seen = '2025-01-01T00:00:00.000000Z'")
        db.close()
        self.delta()
        copy_database(self.database, self.after)
        self.script(fresh=True)
        copy_database(f"{self.place}/script.db", f"{self.place}/script-ready.db")
        self.bytes = os.path.getsize(self.ready)

    # Walks of one process, from the second on.
    def run(self, walks):
        self.adopt()
        daemon = subprocess.Popen([self.mirror, "-c", self.configuration(self.web.plain), "run"], env=TOKEN,
                                  stderr=subprocess.DEVNULL)

        def ended():
            with sqlite3.connect(f"file:{self.database}?mode=ro", uri=True) as db:
                return db.execute("SELECT walk_id, (julianday(finished_at) - julianday(started_at)) * 86400, pages "
                                  "FROM walks WHERE outcome = 'settled' ORDER BY walk_id DESC LIMIT 1").fetchone()

        def cpu():
            total = 0
            for path in glob.glob(f"/proc/{daemon.pid}/task/*/schedstat"):
                with open(path) as stat:
                    total += int(stat.read().split()[0])
            return total / 1e9

        before, _, _ = ended()
        seen = []
        for walk in range(walks + 1):
            used = cpu()
            if walk:
                daemon.send_signal(signal.SIGUSR1)
            while ended()[0] <= before:
                time.sleep(0.02)
            time.sleep(0.1)  # what follows the walk counts too
            before, wall, _ = ended()
            if walk:
                seen.append(Figures(wall, cpu() - used, 0))
        def memory(what):
            with open(f"/proc/{daemon.pid}/status") as status:
                return int(re.search(what + r":\s+(\d+)", status.read())[1])

        # It rests when what may have been written beside it was looked for, seconds after a walk.
        self.idle_rss, since = memory("VmRSS"), time.monotonic()
        while time.monotonic() - since < 8:
            time.sleep(0.1)
            if memory("VmRSS") != self.idle_rss:
                self.idle_rss, since = memory("VmRSS"), time.monotonic()
        peak = memory("VmHWM")
        daemon.send_signal(signal.SIGTERM)
        daemon.wait()
        figures = median(seen)
        figures.rss = peak
        return figures


def measure(bench, runs):
    bench.prepare()
    out = alternate(runs, {
        "start": bench.start,
        "curl": lambda: bench.curl(bench.web.plain),
        "insert": bench.insert,
        "sax": bench.sax,
        "first": lambda: bench.sync(fresh=True),
        "script first": lambda: bench.script(fresh=True),
    })
    out |= alternate(runs, {
        "curl unchanged": lambda: bench.curl(bench.web.plain),
        "unchanged": bench.sync,
        "script unchanged": lambda: bench.script(fresh=False),
        "delta": bench.delta,
        "delta confirmed": lambda: bench.sync(pages="later"),
        "insert delta": bench.insert_delta,
        "script delta": lambda: bench.script(fresh=False, pages="later"),
    })
    out |= alternate(runs, {
        "curl gzip": lambda: bench.curl(bench.web.gzip),
        "first gzip": lambda: bench.sync(fresh=True, url=bench.web.gzip),
        "unchanged gzip": lambda: bench.sync(url=bench.web.gzip),
    })
    out["run"] = bench.run(runs)
    return out


def main():
    parser = argparse.ArgumentParser(description="Times versori-mirror against what it could cost.")
    parser.add_argument("--connectors", type=int, action="append")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--sqlite-utils", action="store_true")
    parser.add_argument("mirror")
    parser.add_argument("build")
    options = parser.parse_args()
    options.mirror, options.build = map(os.path.abspath, (options.mirror, options.build))
    results = {}
    for connectors in options.connectors or [10000]:
        with tempfile.TemporaryDirectory(prefix="versori-bench-") as place:
            bench = Bench(options.mirror, tools(options.build), connectors, place)
            try:
                results[connectors] = measure(bench, options.runs)
                if options.sqlite_utils:
                    bench.web.serve(f"{bench.pages}/base")
                    bench.curl(bench.web.plain)
                    results[connectors]["sqlite-utils first"] = bench.sqlite_utils()
                bench.insert()
                results[connectors]["facts"] = {"rows": bench.rows, "bytes": bench.bytes, "idle": bench.idle_rss}
            finally:
                bench.web.end()
    report.write(results, options.build)


main()
