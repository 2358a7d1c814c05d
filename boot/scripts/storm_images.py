"""Images of a stack: built and pushed where the cluster's registry lacks them, and named in Consul so that every node keeps them pulled."""
import contextlib
import glob
import json
import math
import os
import re
import subprocess
import sys
import time

KEY = "storm/images"
# Where contexts are copied to: "<stack>.<service>.<hash>.tar.gz" (load.ts).
ARCHIVES = "/var/lib/storm/builds"
# The registry itself may just be starting, or moving to another node.
PUSH_SECONDS = 180


class BuildFailed(OSError):
    """The message is all that a user needs to see."""


def _docker(*arguments, **options):
    return subprocess.run(["docker", *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, **options)


def in_registry(image):
    """Asks the registry through the engine, which has its name and certificates."""
    import storm_lib
    try:
        status, _ = storm_lib.Docker(timeout=15).get(f"/distribution/{image}/json")
        return status == 200
    except OSError:
        return False


def build_missing(builds, say):
    for build in builds:
        image = build["image"]
        if in_registry(image):
            say(f"{image} is in the registry")
            continue
        # The tag is a hash of all that goes in: what is here by that name is it.
        if _docker("image", "inspect", image, stdin=subprocess.DEVNULL).returncode != 0:
            build_image(build, say)
        push(image, say)


def build_image(build, say):
    started = time.monotonic()
    say(f"building {build['image']}")
    arguments = ["build", "--tag", build["image"], "--file", build.get("dockerfile") or "Dockerfile", "--force-rm"]
    values = build.get("args") or {}
    for name in sorted(values):
        arguments += ["--build-arg", name]  # docker takes the value from the environment, where `ps` does not show it
    if build.get("target"):
        arguments += ["--target", build["target"]]
    environment = {**os.environ, **values}
    if build.get("tarPath"):
        with open(build["tarPath"], "rb") as archive:
            done = _docker(*arguments, "-", stdin=archive, env=environment)
    else:
        arguments[4] = os.path.join(build["contextDir"], arguments[4])
        done = _docker(*arguments, build["contextDir"], stdin=subprocess.DEVNULL, env=environment)
    if done.returncode != 0:
        tail = "\n".join(f"  | {line}" for line in done.stdout.decode("utf-8", "replace").strip().splitlines()[-20:])
        raise BuildFailed(f"building {build['image']} failed:\n{tail}")
    say(f"built {build['image']} in {time.monotonic() - started:.1f} s")


def push(image, say, seconds=PUSH_SECONDS):
    started, pause, last = time.monotonic(), 0.5, ""
    while True:
        done = _docker("push", "--quiet", image, stdin=subprocess.DEVNULL)
        if done.returncode == 0:
            say(f"pushed {image} in {time.monotonic() - started:.1f} s")
            return
        error = (done.stdout.decode("utf-8", "replace").strip().splitlines() or ["no reason given"])[-1]
        if time.monotonic() - started > seconds:
            raise BuildFailed(f"pushing {image} failed for {seconds} s: {error}")
        if error != last:
            say(f"pushing {image}: {error}; trying again")
            last = error
        time.sleep(pause)
        pause = min(pause * 1.5, 5)


def repository(image):
    """Without the tag; a port's colon comes before the last slash."""
    head, _, tail = image.rpartition("/")
    return f"{head}/{tail.split(':')[0]}"


def remember(images, say):
    """Adds to the list that every node keeps pulled: a task that moves does not wait for a download."""
    if images:
        _change(lambda there: list(dict.fromkeys([*there, *images])), say)


def forget(stack, images, say):
    """Takes older builds of `images`, and builds of the stack's that are no more, off the list."""
    registries = {repository(image).split("/")[0] for image in images}
    prefixes = tuple(f"{registry}/{stack}/" for registry in registries)
    if prefixes:
        _change(lambda there: [image for image in there if not image.startswith(prefixes) or image in images], say)


def forget_all(stack, say):
    """Takes every build of a stack that is gone off the list."""
    _change(lambda there: [image for image in there if not re.match(rf"[^/]+:\d+/{re.escape(stack)}/", image)], say)


def remove_archives(stack, builds=(), before=math.inf):
    """What `builds` no longer name. An older one is copied here again when it is wanted again.

    One that was copied here after `before` is another deployment's, which waits for its turn: this one's run has died.
    """
    named = {build.get("tarPath") for build in builds}
    for path in set(glob.glob(f"{glob.escape(ARCHIVES)}/{glob.escape(stack)}.*.tar.gz")) - named:
        with contextlib.suppress(FileNotFoundError):
            if os.stat(path).st_mtime < before:
                os.remove(path)


def _change(change, say):
    """Two stacks may deploy at once, on two managers: write only over what was read. Pulling ahead is a comfort, so no failure ends a deploy."""
    import storm_lib
    try:
        consul = storm_lib.Consul("controller")
        for _ in range(10):
            status, found, _headers = consul.get(f"kv/{KEY}")
            index = found[0]["ModifyIndex"] if status == 200 and found else 0
            there = json.loads(consul.kv_get(KEY) or "[]") if index else []
            wanted = change(there)
            if wanted == there or consul.kv_put(KEY, json.dumps(wanted), cas=index):
                return
        say(f"{KEY}: others keep changing it")
    except (OSError, ValueError, TypeError) as error:
        say(f"{KEY}: {error}")


if __name__ == "__main__":
    sys.exit("a part of storm_stack.py")
