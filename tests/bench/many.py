#!/usr/bin/env python3
"""500 organisations of 100 connectors on a platform that takes 50 ms for each answer, 4 and 16 of them at once: how far
from the ideal (requests x latency / concurrency), how fair, how much memory. A first sync, then one with nothing changed.

usage: many.py MIRROR BUILD [ORGANISATIONS]
"""
import asyncio
import os
import sqlite3
import subprocess
import sys
import tempfile
import threading

from measuring import HERE, measured, remove_database, tools

LATENCY = 0.05


class Platform:
    """Gives every organisation the same page, LATENCY after it was asked."""

    def __init__(self, page):
        self.page = page
        self.loop = asyncio.new_event_loop()
        started = threading.Event()

        async def serve():
            self.server = await asyncio.start_server(self.answer, "127.0.0.1", 0)
            self.port = self.server.sockets[0].getsockname()[1]
            started.set()

        self.loop.create_task(serve())
        threading.Thread(target=self.loop.run_forever, daemon=True).start()
        started.wait()

    async def answer(self, reader, writer):
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(self.page)
        try:
            while True:
                await reader.readuntil(b"\r\n\r\n")
                await asyncio.sleep(LATENCY)
                writer.write(head + self.page)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()


def figures(database, concurrency, wall):
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as db:
        rows = db.execute(
            "SELECT requests, (julianday(started_at) - (SELECT min(julianday(started_at)) FROM walks WHERE walk_id > "
            "(SELECT max(walk_id) - count(DISTINCT organisation_id) FROM walks))) * 86400 FROM walks WHERE walk_id > "
            "(SELECT max(walk_id) - count(DISTINCT organisation_id) FROM walks)").fetchall()
    waits = [wait for _, wait in rows]
    ideal = sum(requests for requests, _ in rows) * LATENCY / concurrency
    return len(rows), ideal, wall / ideal, max(waits) / (sum(waits) / len(waits))


def main():
    mirror, build = sys.argv[1:3]
    count = int(sys.argv[3]) if len(sys.argv) > 3 else 500
    tools(build)
    pages = f"{build}/pages-100"
    if not os.path.exists(pages + "/later.gone"):
        subprocess.run(["python3", f"{HERE}/pages.py", "100", "100", pages], check=True)
    with open(f"{pages}/base/.json", "rb") as page:
        platform = Platform(page.read())
    print("| at once | what | walks | wall s | ideal s | ratio | longest wait / mean | CPU s | peak MB |")
    print("|---:|---|---:|---:|---:|---:|---:|---:|---:|")
    with tempfile.TemporaryDirectory(prefix="versori-many-") as place:
        for concurrency in (4, 16):
            database = f"{place}/mirror.db"
            remove_database(database)
            with open(f"{place}/many.toml", "w") as out:
                out.write(f'[mirror]\ndatabase = "{database}"\n[platform]\nurl = "http://127.0.0.1:{platform.port}"\n'
                          f'[changes]\njournal = false\n[schedule]\nconcurrency = {concurrency}\n')
                out.write("".join(f'[[organisation]]\nid = "ORG{n:04d}"\ntoken_env = "VERSORI_TOKEN"\n'
                                  for n in range(count)))
            for what in ("first sync", "nothing changed"):
                one = measured(build, [mirror, "-c", f"{place}/many.toml", "sync"],
                               env={**os.environ, "VERSORI_TOKEN": "bench"})
                walks, ideal, ratio, wait = figures(database, concurrency, one.wall)
                print(f"| {concurrency} | {what} | {walks} | {one.wall:.2f} | {ideal:.2f} | {ratio:.2f} | {wait:.2f} | "
                      f"{one.cpu:.2f} | {one.rss / 1024:.1f} |", flush=True)


main()
