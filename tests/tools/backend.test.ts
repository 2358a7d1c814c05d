import { stateOf } from "../../tools/backend";

test("what is read of a stack's state", () => {
  const sealed = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", ciphertext: "v1:x" };
  const latest = {
    pending_operations: [
      {},
      { type: "updating", resource: { type: "command:remote:Command", urn: "stack-demo" } },
      { type: "updating", resource: { type: "storm:local:Node", urn: "node" } },
      { type: "creating", resource: { type: "command:remote:Command", urn: "new" } },
    ],
    resources: [
      { type: "pulumi:pulumi:Stack", urn: "stack", outputs: { clusterId: "c1", consul: { token: sealed } } },
      { type: "storm:local:Network", urn: "network", outputs: { name: "n" }, inputs: { cluster: "c1" } },
      { type: "storm:local:Node", urn: "node", inputs: { cluster: "c1" } },
      { type: "storm:local:Service", urn: "service", inputs: { cluster: { ciphertext: "secret" } } },
      { type: "tls:index/privateKey:PrivateKey", urn: "old", delete: true },
    ],
  };
  expect(stateOf(latest)).toEqual({
    outputs: { clusterId: "c1", consul: { token: "[secret]" } },
    pendingOperations: 4,
    // The engine makes anew what was being made, and reads what can be read.
    interrupted: ["stack-demo"],
    resources: 5,
    // Without what is on its way out.
    entries: [
      { urn: "stack", outputs: { clusterId: "c1", consul: { token: sealed } } },
      { urn: "network", outputs: { name: "n" } },
      { urn: "node", outputs: undefined },
      { urn: "service", outputs: undefined },
    ],
    clusters: ["c1"],
    containers: 2,
  });
  expect([null, undefined, {}].map((none) => stateOf(none).resources)).toEqual([0, 0, 0]);
});
