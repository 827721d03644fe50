"""What the benchmarks share: a web server over rendered pages, whole-process figures, medians."""
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass

HERE = os.path.dirname(os.path.abspath(__file__))
ORGANISATION = "01J0BENCH00000000000000000"
CPUS = sorted(os.sched_getaffinity(0))

NGINX = """
daemon off; worker_processes 1; pid {place}/nginx.pid; error_log {place}/error.log; {user}
events {{}}
http {{
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000; default_type application/json;
  client_body_temp_path {place}/t1; proxy_temp_path {place}/t2; fastcgi_temp_path {place}/t3;
  uwsgi_temp_path {place}/t4; scgi_temp_path {place}/t5;
  {servers}
}}
"""
SERVER = """
  server {{
    listen 127.0.0.1:{port}; gzip_static {gzip}; root {place}/pages;
    location ~ ^/api/o/[^/]+/connectors$ {{ try_files /$arg_after.json =404; }}
    location ~ ^/api/o/[^/]+/connectors/([^/]+)$ {{ error_page 404 /gone.json; try_files /one/$1.json =404; }}
    location = /gone.json {{ internal; }}
  }}
"""


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


class Web:
    """nginx on loopback: `plain` and `gzip` are the URLs of an API whose list is the folder given to `serve`. It has one
    CPU to itself and what is measured the others, lest the scheduler put both on one and the server be measured too."""

    def __init__(self, place):
        self.place = place
        plain, gzip = free_ports(2)
        self.plain, self.gzip = (f"http://127.0.0.1:{port}/api" for port in (plain, gzip))
        servers = "".join(SERVER.format(port=port, gzip=how, place=place)
                          for port, how in ((plain, "off"), (gzip, "on")))
        user = "user root;" if os.getuid() == 0 else ""
        with open(f"{place}/nginx.conf", "w") as out:
            out.write(NGINX.format(place=place, servers=servers, user=user))
        os.sched_setaffinity(0, CPUS[:1])
        self.process = subprocess.Popen(["nginx", "-e", f"{place}/error.log", "-c", f"{place}/nginx.conf"])
        os.sched_setaffinity(0, CPUS[1:] or CPUS)
        for port in (plain, gzip):
            self.wait_for(port)

    def wait_for(self, port):
        for _ in range(200):
            with socket.socket() as one:
                if one.connect_ex(("127.0.0.1", port)) == 0:
                    return
            if self.process.poll() is not None:
                sys.exit(f"nginx did not start: {open(self.place + '/error.log').read()}")
            time.sleep(0.02)
        sys.exit("nginx does not listen")

    def serve(self, folder):
        with open(f"{folder}/gone.json", "w") as out:
            out.write('{"code":"not_found","message":"connector not found"}')
        link = f"{self.place}/pages"
        if os.path.islink(link):
            os.unlink(link)
        os.symlink(folder, link)

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()


@dataclass
class Figures:
    wall: float
    user: float
    system: float
    rss: int = 0  # KiB

    @property
    def cpu(self):
        return self.user + self.system


def measured(tools, command, **more):
    """Runs the command to its end. Any other status than 0 ends the benchmark."""
    done = subprocess.run([f"{tools}/measure", *command], capture_output=True, text=True, **more)
    *said, line = done.stderr.strip().splitlines()
    word, wall, user, system, rss, status = line.split()
    if word != "measured" or status != "0":
        sys.exit(f"{' '.join(command)} ended with {status}:\n{done.stdout}{done.stderr}")
    return Figures(float(wall), float(user), float(system), int(rss))


def median(figures):
    return Figures(*(statistics.median(getattr(one, name) for one in figures)
                     for name in ("wall", "user", "system", "rss")))


def alternate(runs, contenders):
    """{name: callable} → {name: median figures}: each runs once a round, in turn, after a round that is not counted."""
    seen = {name: [] for name in contenders}
    for turn in range(runs + 1):
        for name, run in contenders.items():
            one = run()
            if turn:
                seen[name].append(one)
    return {name: median(some) for name, some in seen.items()}


def tools(build):
    os.makedirs(build, exist_ok=True)
    for name, compiler in (("measure.c", ["cc", "-O2"]), ("insert.c", ["cc", "-O2"]),
                           ("sax.cpp", ["c++", "-std=c++20", "-O3", "-DNDEBUG"])):
        target = f"{build}/{name.split('.')[0]}"
        source = f"{HERE}/{name}"
        if not os.path.exists(target) or os.path.getmtime(target) < os.path.getmtime(source):
            subprocess.run([*compiler, source, "-o", target] + ["-lsqlite3"] * (name == "insert.c"), check=True)
    return build


def remove_database(path):
    for suffix in ("", "-wal", "-shm", ".key", ".lock", ".seen"):
        if os.path.exists(path + suffix):
            os.unlink(path + suffix)


def copy_database(source, target):
    remove_database(target)
    for suffix in ("", "-wal", ".key"):
        if os.path.exists(source + suffix):
            shutil.copy(source + suffix, target + suffix)
