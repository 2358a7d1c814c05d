import { checkInputs } from "../../lab/local/resource";
import { serviceSchema } from "../../lab/local/service-container";
import { canonical, changedProperties, fingerprint, hash, plain, secret, UNKNOWN } from "../../lab/local/values";

describe("values", () => {
  test("order of keys and undefined do not change a hash, content does", () => {
    expect(canonical({ b: [1, { d: null, c: "x" }], a: undefined })).toBe('{"b":[1,{"c":"x","d":null}]}');
    expect(hash({ a: 1, b: 2 })).toBe(hash({ b: 2, a: 1 }));
    expect(hash({ a: 1 })).not.toBe(hash({ a: "1" }));
  });

  test("secrets are unwrapped however deep", () => {
    expect(plain({ a: secret({ b: [secret("x")] }), c: 1 })).toEqual({ a: { b: ["x"] }, c: 1 });
  });

  test("changed, new, dropped and unknown properties are told by the fingerprint", () => {
    const names = ["a", "b", "c", "d", "e"];
    const old = fingerprint({ a: 1, b: 1, c: 1, e: { f: 1 } }, names);
    expect(changedProperties(old, { a: 1, b: 2, d: 1, e: { f: UNKNOWN } }, names)).toEqual(["b", "c", "d", "e"]);
  });
});

describe("inputs", () => {
  const good = { name: "lb", network: "net", cluster: "c", image: "i" };

  test("what is wrong is named, what is unknown is let through", () => {
    expect(checkInputs(serviceSchema, good)).toEqual([]);
    expect(checkInputs(serviceSchema, { ...good, addressIndex: UNKNOWN, files: { "/a": UNKNOWN } })).toEqual([]);
    expect(checkInputs(serviceSchema, { ...good, files: UNKNOWN, reloadSignal: "HUP" })).toEqual([
      { property: "reloadSignal", reason: 'must be a signal, e.g. "SIGHUP"' },
    ]);
    expect(checkInputs(serviceSchema, { ...good, addressIndex: 300 })).toHaveLength(1);
    expect(checkInputs(serviceSchema, { ...good, surprise: 1 })).toHaveLength(1);
  });
});
