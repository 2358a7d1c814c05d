"""On a node: how long containers take from their start to their entry in Consul's catalog.

registration_times.py IMAGE COUNT...: for each COUNT so many containers side by side. Prints the milliseconds of each as a JSON list.
"""
import concurrent.futures
import datetime
import json
import subprocess
import sys
import time
import urllib.request

CATALOG = "http://127.0.0.1:8500/v1/catalog/services"
GIVE_UP = 10
PAUSE = 0.01  # between two looks into the catalog: the times are too long by up to this and one answer


def docker(*arguments):
    return subprocess.run(["docker", *arguments], check=True, capture_output=True, text=True).stdout.strip()


def started(name):
    """Seconds since 1970, of which Docker says nine decimal places and Python takes six."""
    text = docker("inspect", "-f", "{{.State.StartedAt}}", name).rstrip("Z")
    whole, _, fraction = text.partition(".")
    parsed = datetime.datetime.fromisoformat(whole).replace(tzinfo=datetime.timezone.utc)
    return parsed.timestamp() + float("0." + (fraction or "0"))


def milliseconds(image, names):
    with concurrent.futures.ThreadPoolExecutor() as pool:
        runs = [pool.submit(docker, "run", "-d", "--name", name, "--expose", "7777", "--entrypoint", "sleep", image, "300")
                for name in names]
        seen, deadline = {}, time.time() + GIVE_UP
        while len(seen) < len(names):
            with urllib.request.urlopen(CATALOG, timeout=5) as answer:
                services = json.load(answer)
            now = time.time()
            seen.update({name: now for name in names if name in services and name not in seen})
            if now > deadline:
                raise SystemExit(f"not in the catalog within {GIVE_UP} s: {sorted(set(names) - set(seen))}")
            time.sleep(PAUSE)
        for each in runs:
            each.result()
    times = [round((seen[name] - started(name)) * 1000) for name in names]
    docker("rm", "-f", *names)
    return times


def main(image, counts):
    node = docker("info", "-f", "{{.Name}}")
    times = []
    for number, count in enumerate(counts):
        times += milliseconds(image, [f"probe-{node}-{number}-{index}" for index in range(count)])
    print(json.dumps(times))


main(sys.argv[1], [int(count) for count in sys.argv[2:]])
