"""Waits until a stack's services run as their newest definition says, or says in one message why they do not."""
import subprocess
import time

NAMESPACE = "com.docker.stack.namespace"
# A service that dies until another one answers is normal. Given up is one whose tasks died so often, none of them alive, so many seconds
# after every other service was well.
FAILURES, PATIENCE = 3, 20
LOG_LINES = 20
DEAD = ("failed", "rejected", "shutdown", "orphaned", "remove", "complete")
WORDS = {"starting": "its health check has not passed yet", "preparing": "its image is being pulled"}
PAUSE = 0.5
# Swarm begins an update within a second.
SETTLED = 15


class DeployFailed(Exception):
    """The message is all that a user needs to see."""


def _get(url, **query):
    import storm_lib
    status, body = storm_lib.Docker().get(url, **query)
    if status != 200:
        text = body.get("message") if isinstance(body, dict) else body
        raise ConnectionError(f"Docker {url}: {status} {text}")
    return body


def services(stack):
    """{name: service with ServiceStatus} of a stack. Retries while the swarm elects a leader."""
    deadline = time.monotonic() + 60
    while True:
        try:
            found = _get("/services", filters={"label": [f"{NAMESPACE}={stack}"]}, status=True)
            return {service["Spec"]["Name"]: service for service in found}
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(1)


def tasks_of(stack):
    found = _get("/tasks", filters={"label": [f"{NAMESPACE}={stack}"]})
    result = {}
    for task in found:
        result.setdefault(task["ServiceID"], []).append(task)
    return result


def meaning(value):
    """Without what says nothing: Docker writes one and the same definition with and without empty parts."""
    if isinstance(value, dict):
        kept = {key: meaning(item) for key, item in value.items()}
        return {key: item for key, item in kept.items() if item not in (None, False, 0, "", [], {})}
    return [meaning(item) for item in value] if isinstance(value, list) else value


def is_newest(task, service):
    """Swarm leaves a task alone whose placement alone has changed, if it is still on a right node."""
    one, other = ({key: value for key, value in meaning(spec or {}).items() if key not in ("Placement", "Runtime")}
                  for spec in (task.get("Spec"), service["Spec"]["TaskTemplate"]))
    return one == other


def same_spec(one, other):
    """Were it deployed, would nothing change?"""
    def essence(spec):
        found = meaning(spec)
        found.get("TaskTemplate", {}).get("Placement", {}).pop("Platforms", None)
        found.get("TaskTemplate", {}).pop("Runtime", None)
        return meaning(found)
    return essence(one) == essence(other)


def update_started(service):
    return (service.get("UpdateStatus") or {}).get("StartedAt")


def converged(service, tasks, settled=False):
    """Running means healthy: with a health check Swarm calls a task running only when that has passed. `settled`: Swarm had time to begin an
    update and did not, so it takes the tasks for new, whatever their definitions look like from here."""
    status = service.get("ServiceStatus") or {}
    desired = status.get("DesiredTasks", 0)
    live = [task for task in tasks if task["DesiredState"] == "running" and task["Status"]["State"] == "running"]
    state = (service.get("UpdateStatus") or {}).get("State", "completed")
    return len(live) == desired and state != "updating" and (settled or all(is_newest(task, service) for task in live))


def global_without_tasks(service, tasks):
    return "Global" in service["Spec"]["Mode"] and not any(task["DesiredState"] == "running" for task in tasks)


def rolled_back(service, before):
    """Swarm gave the update up by itself. A state from before this deploy does not count."""
    status = service.get("UpdateStatus") or {}
    old = before.get(service["Spec"]["Name"])
    if old is not None and update_started(old) == status.get("StartedAt") and status.get("State") == (old.get("UpdateStatus") or {}).get("State"):
        return None
    state = status.get("State", "")
    return state if state.startswith("rollback") or state == "paused" else None


def hopeless(service, tasks):
    """Does a slot's every task of the newest definition die?"""
    slots = {}
    for task in tasks:
        if is_newest(task, service):
            slots.setdefault(task.get("Slot") or task.get("NodeID"), []).append(task)
    for group in slots.values():
        dead = [task for task in group if task["Status"]["State"] in ("failed", "rejected")]
        if len(dead) >= FAILURES and not any(task["Status"]["State"] == "running" for task in group):
            return True
    return False


def wait(stack, wanted, before, seconds, say, masked=()):
    """Returns when the services of `wanted` are converged twice in a row; raises DeployFailed. `masked`: names of the secrets that whoever
    shows its message takes out."""
    started, quiet, last, shown = time.monotonic(), 0, "", ""
    others_well = None
    while True:
        try:
            now, tasks = services(stack), tasks_of(stack)
        except OSError as error:
            now, tasks, last = {}, {}, str(error)
        waiting, dying = [], []
        for name in sorted(wanted & set(now)):
            service, own = now[name], tasks.get(now[name]["ID"], [])
            state = rolled_back(service, before)
            if state is not None and not (state == "rollback_started" and time.monotonic() - started < seconds):
                raise DeployFailed(explain(service, own, stack, masked, f"the update failed and Swarm took it back ({state})"))
            if service.get("PreviousSpec") is None and hopeless(service, own):
                dying.append(name)
            if state is not None or not converged(service, own, time.monotonic() - started > SETTLED) or global_without_tasks(service, own):
                waiting.append(name)
        waiting += sorted(wanted - set(now))
        quiet = quiet + 1 if not waiting else 0
        # Once more: Swarm takes a moment to begin an update.
        if quiet >= 2:
            return
        if not dying or set(dying) != set(waiting):
            others_well = None
        elif others_well is None:
            others_well = time.monotonic()
        elif time.monotonic() - others_well > PATIENCE:
            own = tasks.get(now[dying[0]]["ID"], [])
            raise DeployFailed(explain(now[dying[0]], own, stack, masked, "its tasks fail one after the other"))
        if time.monotonic() - started > seconds:
            name = waiting[0] if waiting else ""
            if name not in now:
                raise DeployFailed(f"gave up after {seconds} s: service {name} is not there. {last}".strip())
            own = tasks.get(now[name]["ID"], [])
            raise DeployFailed(explain(now[name], own, stack, masked, f"not running and healthy after {seconds} s"))
        text = ", ".join(f"{name} {progress(now.get(name))}" for name in waiting)
        if text and text != shown:
            say(f"waiting for {text}")
            shown = text
        time.sleep(PAUSE)


def progress(service):
    status = (service or {}).get("ServiceStatus") or {}
    return f"{status.get('RunningTasks', 0)}/{status.get('DesiredTasks', '?')}"


def explain(service, tasks, stack, masked, what):
    """One message: service, what happened, the newest failed task with its error, and its last log lines."""
    name = service["Spec"]["Name"][len(stack) + 1:]
    failed = sorted((task for task in tasks if task["Status"].get("Err") or task["Status"]["State"] in ("failed", "rejected")),
                    key=lambda task: task["Status"].get("Timestamp", ""))
    if not failed:
        # Without a healthy answer a task stays in "starting" and has no error yet.
        failed = sorted((task for task in tasks if task["Status"]["State"] not in DEAD + ("running",)),
                        key=lambda task: task["Status"].get("Timestamp", ""))
    lines = [f"service {name}: {what}"]
    if failed:
        task = failed[-1]
        status = task["Status"]
        words = status.get("Err") or WORDS.get(status["State"]) or status.get("Message") or status["State"]
        lines.append(f"task {name}.{task.get('Slot') or task.get('NodeID', '')[:12]}{node_name(task)} is {status['State']}: {words}")
        secret = next((name for name in secrets_of(task) if name not in masked), None)
        if secret is None:
            lines += [f"  | {line}" for line in log_lines(task["ID"])]
        else:
            lines.append(f"  (no log lines: they may show secret {secret}, whose value is not known here; "
                         f"npx storm logs {service['Spec']['Name']} has them while it is there)")
    return "\n".join(lines)


def secrets_of(task):
    container = (task.get("Spec") or {}).get("ContainerSpec") or {}
    return [secret["SecretName"] for secret in container.get("Secrets") or []]


def node_name(task):
    if not task.get("NodeID"):
        return ""
    try:
        return f" on {_get('/nodes/' + task['NodeID'])['Description']['Hostname']}"
    except (OSError, KeyError):
        return ""


def log_lines(task):
    """The task's last lines. Its node may be gone, and then `docker service logs` waits for ever: a bound."""
    try:
        done = subprocess.run(["docker", "service", "logs", "--raw", "--no-trunc", "--tail", str(LOG_LINES), task],
                              capture_output=True, check=False, timeout=15)
    except (subprocess.TimeoutExpired, OSError):
        return ["(no logs: the task's node does not answer)"]
    if done.returncode != 0:
        return []
    text = (done.stdout + done.stderr).decode("utf-8", "replace")
    return [line for line in text.splitlines() if line.strip()][-LOG_LINES:]
