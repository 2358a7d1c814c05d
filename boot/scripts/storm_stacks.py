"""Takes away the stacks that storm.yml no longer has, on a manager, by remote command: {"keep": [names]} on standard input.

Which stacks are Storm's is in Consul KV, storm/stacks/<name>, written before a stack's first part is made: what others deployed here is
never touched. Volumes stay. May be cut off anywhere and run again.
"""
import json
import sys
import time

import storm_images

PREFIX = "storm/stacks/"
# Longest wait for a Consul between two leaders.
SECONDS = 60


def patiently(call):
    deadline = time.monotonic() + SECONDS
    while True:
        try:
            return call()
        except OSError as error:
            if time.monotonic() > deadline:
                raise SystemExit(f"Consul KV {PREFIX}: {error}") from None
            time.sleep(1)


def note(stack):
    """Before anything of the stack is made: a deploy that is cut off leaves nothing that nobody knows of."""
    import storm_lib
    consul = storm_lib.Consul("controller")
    patiently(lambda: consul.kv_get(PREFIX + stack) or consul.kv_put(PREFIX + stack, "deployed"))


def keep(document):
    import storm_convergence
    import storm_lib
    import storm_stack
    consul = storm_lib.Consul("controller")
    there, _ = patiently(lambda: consul.kv_tree(PREFIX))
    gone = sorted({key[len(PREFIX):] for key in there} - set(document["keep"]))
    for stack in gone:
        with storm_lib.lock(f"stack-{stack}"):
            storm_stack.say(f"{stack} is no longer in storm.yml: removing it; its volumes are kept")
            storm_stack.docker("stack", "rm", stack)
            storm_stack.wait_removed(stack)
            if storm_convergence.services(stack):
                raise SystemExit(f"{stack} is no longer in storm.yml and is still there 60 s after its removal; run the deploy again")
            for kind in ("config", "secret"):
                storm_stack.remove_unused(kind, stack, [])
            storm_images.forget_all(stack, storm_stack.say)
            storm_images.remove_archives(stack)
            patiently(lambda name=stack: consul.kv_delete(PREFIX + name))
    return {"removed": gone}


if __name__ == "__main__":
    print(json.dumps(keep(json.load(sys.stdin))))
