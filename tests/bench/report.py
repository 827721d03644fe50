"""The figures as a table on the terminal, as Markdown and as a picture."""
import subprocess

# name: how it is read
ROWS = [("curl", "curl, the same pages to /dev/null"), ("sax", "one SAX pass over the pages"),
        ("insert", "the same rows inserted by C"), ("start", "versori-mirror --version"),
        ("first", "first sync"), ("first gzip", "first sync, gzip"), ("script first", "script, first"),
        ("sqlite-utils first", "curl, jq and sqlite-utils, one table"),
        ("unchanged", "nothing changed"), ("unchanged gzip", "nothing changed, gzip"),
        ("script unchanged", "script, nothing changed"), ("run", "nothing changed, within run"),
        ("delta", "delta"), ("delta confirmed", "delta, deletions confirmed"), ("insert delta", "the delta's rows by C"),
        ("script delta", "script, delta")]


def limits(f):
    """(what, figure, at most) in seconds, then ratios as (what, figure, at least)."""
    a, a2 = f["curl"].wall, f["curl unchanged"].wall
    b, sax, start = f["insert"].wall, f["sax"].wall, f["start"].wall
    return [
        ("first sync, of 1.3 (curl + insert + SAX)", f["first"].wall, 1.3 * (a + b + sax)),
        ("nothing changed, of curl + 1.3 SAX + start", f["unchanged"].wall, a2 + 1.3 * sax + start),
        ("nothing changed within run, wall, of 1.5 curl", f["run"].wall, 1.5 * a2),
        ("nothing changed within run, CPU, of 1.5 curl", f["run"].cpu, 1.5 * a2),
        ("delta, of 1.3 (nothing changed + insert)", f["delta"].wall, 1.3 * (f["unchanged"].wall + f["insert delta"].wall)),
    ], [
        ("first sync, faster than the script", f["script first"].wall / f["first"].wall, 1.8),
        ("nothing changed, faster than the script", f["script unchanged"].wall / f["unchanged"].wall, 3.5),
        ("within run, faster than the script", f["script unchanged"].wall / f["run"].wall, 7),
    ]


def table(connectors, f):
    facts = f["facts"]
    out = [f"## {connectors:,} connectors, {facts['rows']:,} rows, {facts['bytes'] / 1e6:.1f} MB of database", "",
           "| what | wall s | CPU s | peak MB |", "|---|---:|---:|---:|"]
    for name, text in ROWS:
        if name in f:
            rss = f"{f[name].rss / 1024:.1f}" if f[name].rss else ""
            out.append(f"| {text} | {f[name].wall:.3f} | {f[name].cpu:.3f} | {rss} |")
    out += ["", "| limit | figure | limit | |", "|---|---:|---:|---|"]
    at_most, at_least = limits(f)
    out += [f"| {text} | {figure:.3f} s | {limit:.3f} s | {'✓' if figure <= limit else '✗'} |"
            for text, figure, limit in at_most]
    out += [f"| {text} | {figure:.2f} | {limit:.1f} | {'✓' if figure >= limit else '✗'} |"
            for text, figure, limit in at_least]
    peak = max(f[name].rss for name in ("first", "unchanged", "delta", "run", "first gzip")) / 1024
    allowed = 24 + max(0, connectors - 10_000) * 16 / 40_000
    out.append(f"| peak memory | {peak:.1f} MB | {allowed:.1f} MB | {'✓' if peak <= allowed else '✗'} |")
    out.append(f"| idle between walks | {facts['idle'] / 1024:.1f} MB | 15.0 MB | "
               f"{'✓' if facts['idle'] < 15 * 1024 else '✗'} |")
    return out


def scaling(results):
    if 10_000 not in results or 50_000 not in results:
        return []
    small, large = results[10_000], results[50_000]
    out = ["", "## 50,000 against 10,000 connectors, at most 5.5", "", "| what | ratio | |", "|---|---:|---|"]
    for name in ("first", "unchanged", "run", "delta"):
        ratio = large[name].wall / small[name].wall
        out.append(f"| {dict(ROWS)[name]} | {ratio:.2f} | {'✓' if ratio <= 5.5 else '✗'} |")
    return out


def picture(results, build):
    connectors, f = sorted(results.items())[-1]
    names = [(name, text) for name, text in ROWS if name in f and name != "sqlite-utils first"]
    with open(f"{build}/bench.dat", "w") as out:
        out.write("".join(f'"{text}" {f[name].wall} {f[name].cpu}\n' for name, text in reversed(names)))
    plot = f"""set terminal svg size 900,520 font 'sans,12'
set output '{build}/bench.svg'
set title '{connectors:,} connectors, seconds (median)'
set style data boxes
set grid x
set key bottom right
set ytics nomirror
unset border
plot '{build}/bench.dat' using ($2/2):0:($2/2):(0.3):ytic(1) with boxxyerror fs solid 0.7 lc rgb '#3b6ea5' title 'wall', \\
     '' using ($3/2):($0-0.3):($3/2):(0.1) with boxxyerror fs solid 0.7 lc rgb '#c08040' title 'CPU'
"""
    subprocess.run(["gnuplot"], input=plot, text=True, check=True)


def write(results, build):
    lines = []
    for connectors, figures in sorted(results.items()):
        lines += table(connectors, figures) + [""]
    lines += scaling(results)
    text = "\n".join(lines).rstrip() + "\n"
    with open(f"{build}/bench.md", "w") as out:
        out.write(text)
    print(text)
    picture(results, build)
    print(f"also in {build}/bench.md and {build}/bench.svg")
