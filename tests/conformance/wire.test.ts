/** Values on the wire, and the checks that every stand-in input passes. */
import fc from "fast-check";
import { checkFields, type Fields } from "../../lab/plugins/shared/fields";
import {
  Asset,
  decode,
  encode,
  equal,
  hasUnknown,
  reveal,
  secret,
  Secret,
  unknown,
  type Value,
} from "../../lab/plugins/shared/values";

/** The mark of secrets in Pulumi's wire format. */
const SECRET = "1b47061264138c4ac30d75fd1eb44270";

const values = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    fc.string(),
    fc.boolean(),
    fc.integer(),
    fc.constant(null),
    fc.constant(unknown),
    fc.constant(new Asset("asset", { hash: "1", text: "text" })),
    tie("value").map((value) => new Secret(value)),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), tie("value"), { maxKeys: 3 }),
  ),
})).value;

describe("wire values", () => {
  it("come back as they were sent", () => {
    fc.assert(fc.property(values, (value) => equal(decode(encode(value)), value)));
  });

  it("lose their secrets, and nothing else, when revealed", () => {
    fc.assert(
      fc.property(values, (value) => {
        const bare = reveal(value);
        return !JSON.stringify(encode(bare)).includes(SECRET) && hasUnknown(bare) === hasUnknown(value);
      }),
    );
  });

  it("differ by secrecy, and assets by content alone", () => {
    expect(equal("a", secret("a"))).toBe(false);
    const [one, other] = ["one", "other"].map((path) => new Asset("asset", { hash: "same", path }));
    expect(equal(one, other)).toBe(true);
  });
});

describe("checks", () => {
  const fields: Fields = {
    name: { type: "string", required: true },
    mode: { type: "string", oneOf: ["on", "off"] },
    deep: { type: "object", secret: true, fields: { port: { type: "integer", default: 22, min: 1 } } },
  };

  it("fill in defaults and mark secrets", () => {
    const { inputs, failures } = checkFields(fields, { name: "a", deep: {}, __defaults: [] });
    expect(failures).toEqual([]);
    expect(inputs).toEqual({ name: "a", deep: secret({ port: 22 }) });
  });

  it("report every fault by path", () => {
    const { failures } = checkFields(fields, { mode: "loud", deep: new Secret({ port: 0 }), other: 1 });
    expect(failures).toEqual([
      { property: "mode", reason: `must be one of on, off, got "loud"` },
      { property: "deep.port", reason: "must be at least 1, got 0" },
      { property: "other", reason: "unknown property; known are name, mode, deep" },
      { property: "name", reason: "missing required property" },
    ]);
  });

  it("let pass what is not known yet", () => {
    expect(checkFields(fields, { name: unknown, mode: secret(unknown), deep: unknown }).failures).toEqual([]);
  });
});
