import { describe as words, partsOf, shortType } from "../../cli/describe";

test("resources in plain words", () => {
  const urn = "urn:pulumi:dev::storm::storm:pools:LocalPool$storm:local:Node::local-1";
  expect(partsOf(urn)).toEqual({ type: "storm:local:Node", name: "local-1" });
  expect(shortType("tls:index/privateKey:PrivateKey")).toBe("tls:index:PrivateKey");
  expect(words("storm:local:Node", "local-1")).toBe("Node local-1");
  expect(words("command:remote:Command", "enroll-local-1")).toBe("Node local-1 ready");
  expect(words("command:remote:Command", "stack-demo")).toBe("Stack demo");
  expect(words("storm:local:Service", "local-image-cache")).toBe("Image cache");
  expect(words("tls:index:PrivateKey", "docker-ca-key")).toBeUndefined();
});
