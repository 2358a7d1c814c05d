import type { EngineEvent, OpType } from "@pulumi/pulumi/automation";
import { Progress, workOf } from "../../cli/progress";
import { Written } from "../tools/support";

let clock = 0;
const urnOf = (type: string, name: string) => `urn:pulumi:dev::storm::${type}::${name}`;

function setup(verbose = false) {
  clock = 0;
  const written = new Written();
  const progress = new Progress(written, { step: "Deployment", verbose }, () => clock);
  const send = (event: Partial<EngineEvent>) => progress.event({ sequence: 0, timestamp: 0, ...event });
  const work = (op: OpType, type: string, name: string, milliseconds: number) => {
    const metadata = { op, type, urn: urnOf(type, name), provider: "" };
    send({ resourcePreEvent: { metadata } });
    clock += milliseconds;
    send({ resOutputsEvent: { metadata } });
  };
  return { written, progress, send, work };
}

test("one line for each piece of work, small ones counted", () => {
  const { written, progress, work } = setup();
  work("create", "pulumi:pulumi:Stack", "storm-dev", 0);
  work("create", "storm:certificates:Authority", "docker-ca", 0);
  work("create", "tls:index/privateKey:PrivateKey", "a", 100);
  work("create", "tls:index/privateKey:PrivateKey", "b", 100);
  work("create", "storm:local:Node", "local-1", 7200);
  work("update", "command:remote:Command", "stack-demo", 300);
  work("same", "storm:local:Node", "local-2", 1);
  expect(written.text.split("\n").map((line) => line.replace(/ \.+ /, " "))).toEqual([
    "Keys and certificates (2) [ ok ]  0.2s",
    "Node local-1 [ ok ]  7.2s",
    "Stack demo updated [ ok ]  0.3s",
    "",
  ]);
  expect(progress.changes).toBe(4);
});

test("what goes on for 15 s says so, by name where it has one", () => {
  const { written, progress, send } = setup();
  const begin = (type: string, name: string) =>
    send({ resourcePreEvent: { metadata: { op: "create", type, urn: urnOf(type, name), provider: "" } } });
  progress.remind();
  begin("pulumi:pulumi:Stack", "storm-dev");
  begin("storm:compose:ComposeStack", "demo");
  begin("command:remote:Command", "stack-demo");
  clock = 20_000;
  begin("storm:local:Node", "local-1");
  progress.remind();
  clock = 40_000;
  for (const name of ["local-2", "local-3", "local-4", "local-5"]) begin("storm:local:Node", name);
  progress.remind();
  clock = 60_000;
  progress.remind();
  expect(written.text.split("\n")).toEqual([
    "Deployment: still at it, 0.0s",
    "Deployment: still at Stack demo (20.0s)",
    "Deployment: still at Stack demo (40.0s), Node local-1 (20.0s)",
    "Deployment: still at Stack demo (60.0s), Node local-1 (40.0s), Node local-2 (20.0s), Node local-3 (20.0s), 2 more",
    "",
  ]);
});

test("removals of what was only done once are silent", () => {
  const { written, work } = setup();
  work("delete", "command:remote:Command", "enroll-local-3", 1);
  work("delete", "storm:local:Node", "local-3", 900);
  expect(written.text).toMatch(/^Node local-3 removed \.+ \[ ok \] {2}0.9s\n$/);
});

test("errors in full, once, with the resource they belong to; no engine's echo and no colour marks", () => {
  const { written, progress, send } = setup();
  const urn = urnOf("command:remote:Command", "stack-demo");
  const error = (message: string, of = urn) =>
    send({ diagnosticEvent: { urn: of, severity: "error", message, color: "never" } });
  error("<{%reset%}>web: no such image\n  last lines\n<{%reset%}>");
  error("<{%reset%}>web: no such image\n  last lines\n<{%reset%}>");
  error("update failed", urnOf("pulumi:pulumi:Stack", "storm-dev"));
  send({ diagnosticEvent: { severity: "warning", message: "storm.yml:3:1: old name\n", color: "never" } });
  send({ diagnosticEvent: { severity: "debug" as "info", message: "noise", color: "never" } });
  send({ diagnosticEvent: { severity: "info", message: "building", color: "never", ephemeral: true } });
  expect(written.text).toBe("error: stack-demo: web: no such image\n  last lines\nwarning: storm.yml:3:1: old name\n");
  expect(progress.errors).toBe(2);
});

test("a failed resource gets its line", () => {
  const { written, send } = setup();
  const metadata = {
    op: "create" as const,
    type: "storm:local:Node",
    urn: urnOf("storm:local:Node", "local-1"),
    provider: "",
  };
  send({ resourcePreEvent: { metadata } });
  clock += 60_000;
  send({ resOpFailedEvent: { metadata, status: 1, steps: 1 } });
  expect(written.text).toMatch(/^Node local-1 \.+ \[fail\] {2}60.0s\n$/);
});

describe("at the foot of a terminal", () => {
  const preEvent = (op: OpType, type: string, name: string): EngineEvent => ({
    ...{ sequence: 0, timestamp: 0 },
    resourcePreEvent: { metadata: { op, type, urn: urnOf(type, name), provider: "" } },
  });
  const outputsEvent = (op: OpType, type: string, name: string): EngineEvent => ({
    ...{ sequence: 0, timestamp: 0 },
    resOutputsEvent: { metadata: { op, type, urn: urnOf(type, name), provider: "" } },
  });

  test("a bar of what the preview has found, and what goes on; it is gone in the end, also after an error", async () => {
    const shown: string[] = [];
    const output = Object.assign(new Written(), {
      foot: { width: 100, show: (line: string) => void shown.push(line) },
    });
    const previewed = [
      preEvent("create", "storm:pools:LocalPool", "local"),
      preEvent("create", "tls:index/privateKey:PrivateKey", "a"),
      preEvent("update", "command:remote:Command", "stack-demo"),
      ...(["create-replacement", "replace", "delete-replaced"] as const).map((op) =>
        preEvent(op, "storm:local:Node", "local-1"),
      ),
      preEvent("same", "storm:local:Node", "local-2"),
    ];
    const expected = workOf(previewed);
    expect(expected.size).toBe(3);
    clock = 0;
    const progress = new Progress(output, { step: "Deployment", verbose: false, expected }, () => clock);
    const failing = progress.during(async () => {
      await Promise.resolve();
      progress.event(preEvent("create", "tls:index/privateKey:PrivateKey", "a"));
      progress.event(outputsEvent("create", "tls:index/privateKey:PrivateKey", "a"));
      // The preview could not know that nothing comes of it.
      progress.event(outputsEvent("same", "command:remote:Command", "stack-demo"));
      clock = 2_000;
      progress.event(preEvent("delete-replaced", "storm:local:Node", "local-1"));
      progress.event(outputsEvent("delete-replaced", "storm:local:Node", "local-1"));
      progress.event(preEvent("create-replacement", "storm:local:Node", "local-1"));
      progress.event(outputsEvent("create-replacement", "storm:local:Node", "local-1"));
      throw new Error("broken");
    });
    await expect(failing).rejects.toThrow("broken");
    expect(shown.filter((line, index) => line !== shown[index - 1])).toEqual([
      "Deployment [........................] 0 of 3  0.0s",
      "Deployment [########................] 1 of 3  0.0s",
      "Deployment [################........] 2 of 3  0.0s",
      "Deployment [################........] 2 of 3  2.0s  Node local-1",
      "Deployment [################........] 2 of 3  2.0s",
      "Deployment [################........] 2 of 3  2.0s  Node local-1",
      "Deployment [########################] 3 of 3  2.0s",
      "",
    ]);
    // The lines are the same as elsewhere.
    expect(output.text.split("\n").map((line) => line.replace(/ \.+ /, " "))).toEqual([
      "Keys and certificates (1) [ ok ]  0.0s",
      "Node local-1 old one removed [ ok ]  0.0s",
      "Node local-1 made anew [ ok ]  0.0s",
      "",
    ]);
  });
});
