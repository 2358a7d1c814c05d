"""Deploys one compose stack, on a manager, by remote command: JSON on standard input, one line of JSON on standard output.

{"stack": name, "compose": input of `docker stack deploy`, "configs": [{"name", "content", "templateDriver"?}], "secrets": the same,
 "builds": [{"image", "tarPath" | "contextDir", "dockerfile", "args": {}, "target"?}], "timeoutSeconds": 300, "keepImages": [image],
 "spread": {service: the most replicas on one node when all nodes are there}, "hidden": [values of `.env` that no error may show]}

Builds and pushes what the registry does not have, creates configs and secrets, deploys, waits until every task runs and is healthy. If
that does not come about, the stack goes back to what it was and the error names service, task and last log lines. May be cut off anywhere
and run again. Nothing secret is on a command line or in what this prints.
"""
import contextlib
import json
import os
import re
import subprocess
import sys
import time

import storm_convergence
import storm_images
import storm_stacks
from storm_convergence import DeployFailed

NAMESPACE = "com.docker.stack.namespace"
# Longest wait for a swarm between two leaders.
LEADERLESS_SECONDS = 60
# A program may log a page in one line.
LINE_LENGTH = 400
# What passes by itself: an election, and the networks of a stack of this name that was removed a moment ago.
PASSING = re.compile("does not have a leader|no elected (primary|cluster leader)|lost leader status|manager is being prepared|deadline|"
                     "unavailable|connection refused|transport is closing|"
                     r"update out of sequence|cannot connect to the docker daemon|network \S+ not found", re.IGNORECASE)


def say(message):
    print(message, file=sys.stderr, flush=True)


def docker(*arguments, stdin=None, environment=None, timeout=600):
    """The docker command: (exit code, output, error). What is secret comes by `stdin` or `environment`, never by argument."""
    data = stdin.encode() if isinstance(stdin, str) else stdin
    done = subprocess.run(["docker", *arguments], input=data if data is not None else b"", capture_output=True, check=False,
                          env={**os.environ, **(environment or {})}, timeout=timeout)
    return done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace").strip()


def patiently(*arguments, stdin=None, seconds=LEADERLESS_SECONDS, good=lambda error: False):
    """Runs docker until it works, as long as it fails with what passes by itself."""
    deadline = time.monotonic() + seconds
    while True:
        code, output, error = docker(*arguments, stdin=stdin)
        if code == 0 or good(error):
            return output
        if time.monotonic() > deadline or not PASSING.search(error):
            raise DeployFailed(f"docker {' '.join(arguments[:2])}: {error[-2000:]}")
        time.sleep(1)


def create_contents(kind, stack, wanted):
    """Names hold a hash of the content, so one that is there is the right one."""
    there = set(listed(kind, stack))
    for item in wanted:
        if item["name"] in there:
            continue
        driver = ["--template-driver", item["templateDriver"]] if item.get("templateDriver") else []
        patiently(kind, "create", "--label", f"{NAMESPACE}={stack}", *driver, item["name"], "-", stdin=item["content"],
                  good=lambda error: "already exists" in error.lower())


def listed(kind, stack):
    names = patiently(kind, "ls", "--filter", f"label={NAMESPACE}={stack}", "--format", "{{.Name}}")
    return names.split()


def remove_unused(kind, stack, wanted):
    """What a service still uses cannot be removed; the next deploy tries again."""
    for name in set(listed(kind, stack)) - {item["name"] for item in wanted}:
        docker(kind, "rm", name)


def keep_apart(document):
    """Limits the replicas per node of the services that are to survive a node: the most with which the others still have one when it
    dies. By the nodes that are there now: with a limit for nodes that are away an update would find no place to start its tasks."""
    spread = document.get("spread") or {}
    if not spread:
        return
    nodes = ready_nodes() - ready_nodes("--filter", "node.label=storm.role=data")
    if nodes < 2:
        return
    for name, limit in spread.items():
        section = document["compose"]["services"][name]["deploy"]
        most = max(limit, -(-section.get("replicas", 1) // (nodes - 1)))
        section["placement"] = {**(section.get("placement") or {}), "max_replicas_per_node": most}


def ready_nodes(*filters):
    return patiently("node", "ls", *filters, "--format", "{{.Status}} {{.Availability}}").splitlines().count("Ready Active")


def deploy(document):
    # Without --prune: a service that the file no longer has goes when the others are well, so that a failure takes nothing away.
    patiently("stack", "deploy", "--resolve-image", document.get("resolveImage", "changed"), "-c", "-", document["stack"],
              stdin=json.dumps(document["compose"]))


def remove_services(names):
    if names:
        patiently("service", "rm", *sorted(names), good=lambda error: "not found" in error.lower())


def roll_back(stack, before):
    """Back to `before` ({service: version}); returns what was done, in words. A stack that was not there is removed; volumes stay."""
    if not before:
        docker("stack", "rm", stack)  # fails on what goes by itself meanwhile; what counts is that nothing is left
        wait_removed(stack)
        return "the stack was not there before and is removed again (its volumes are kept)"
    now = storm_convergence.services(stack)
    remove_services([name for name in now if name not in before])
    changed = []
    for name, service in now.items():
        state = (service.get("UpdateStatus") or {}).get("State", "")
        if name not in before or storm_convergence.same_spec(service["Spec"], before[name]["Spec"]) or state.startswith("rollback"):
            continue
        # A service made by an earlier run that was cut off has nothing to go back to.
        if service.get("PreviousSpec"):
            changed.append(name)
    for name in changed:
        code, _, error = docker("service", "rollback", "--detach", name)
        if code != 0:
            say(f"rolling back {name}: {error}")
    return "rolled back to what ran before"


def undone(stack, before):
    """Whatever happens on the way back, the reason for it is the message."""
    try:
        return roll_back(stack, before)
    except (DeployFailed, OSError, subprocess.TimeoutExpired) as error:
        return f"going back to what ran before did not work: {error}"


def wait_removed(stack, seconds=60):
    """Networks go only when the last task has let go of them."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        code, names, _ = docker("network", "ls", "--filter", f"label={NAMESPACE}={stack}", "--format", "{{.Name}}")
        if code == 0 and not names.split() and not storm_convergence.services(stack):
            return
        docker("stack", "rm", stack)
        time.sleep(1)


def hidden_words(document):
    """What no message may show: contents of secrets and values of `.env`, whole and line by line."""
    values = [item["content"] for item in document.get("secrets") or []] + (document.get("hidden") or [])
    words = {line.strip() for value in values for line in [value, *value.splitlines()]}
    return sorted((word for word in words if len(word) >= 4), key=len, reverse=True)


def masked(text, words):
    """No secret in a message, whatever a program logs. Lines are cut afterwards: half a secret would not be found."""
    for word in words:
        text = text.replace(word, "***")
    return "\n".join(line[:LINE_LENGTH] for line in text.split("\n"))


def run(document, words, asked):
    """`asked`: when this script was begun, by the clock of files."""
    stack, started = document["stack"], time.monotonic()

    def tell(message):
        say(masked(message, words))

    secrets, configs, builds = (document.get(key) or [] for key in ("secrets", "configs", "builds"))
    storm_stacks.note(stack)
    storm_images.build_missing(builds, tell)
    storm_images.remember([build["image"] for build in builds] + (document.get("keepImages") or []), tell)
    create_contents("config", stack, configs)
    create_contents("secret", stack, secrets)
    keep_apart(document)
    before = storm_convergence.services(stack)
    wanted = {f"{stack}_{name}" for name in document["compose"].get("services") or {}}
    try:
        deploy(document)
        storm_convergence.wait(stack, wanted, before, document.get("timeoutSeconds") or 300, tell, {item["name"] for item in secrets})
    except DeployFailed as error:
        done = undone(stack, before)
        raise SystemExit(masked(f"{stack}: {error}\n{stack}: {done}", words)) from None
    remove_services(set(before) - wanted)
    remove_unused("config", stack, configs)
    remove_unused("secret", stack, secrets)
    storm_images.forget(stack, [build["image"] for build in builds], tell)
    storm_images.remove_archives(stack, builds, before=asked)
    now = storm_convergence.services(stack)
    changed = sorted(name for name in now
                     if name not in before or not storm_convergence.same_spec(before[name]["Spec"], now[name]["Spec"]))
    return {"stack": stack, "services": sorted(now), "changed": changed, "removed": sorted(set(before) - wanted),
            "images": [build["image"] for build in builds], "seconds": round(time.monotonic() - started, 1)}


def main():
    import storm_lib  # on the node only; tests of the parts do without
    try:
        document = json.load(sys.stdin)
    except ValueError:
        raise SystemExit("storm_stack.py: standard input is not the JSON document of a stack") from None
    words, asked = hidden_words(document), time.time()
    with storm_lib.lock(f"stack-{document['stack']}"):
        try:
            summary = run(document, words, asked)
        except (DeployFailed, OSError, subprocess.TimeoutExpired) as error:
            # The exception's text only: a trace could show a secret.
            text = f"docker {error.cmd[1]} did not answer" if isinstance(error, subprocess.TimeoutExpired) else str(error)
            raise SystemExit(masked(f"{document['stack']}: {text}", words)) from None
    with contextlib.suppress(BrokenPipeError):
        print(json.dumps(summary), flush=True)


if __name__ == "__main__":
    main()
