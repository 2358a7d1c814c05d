import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import { register, unwrap } from "./support/mocks";

/** The other suites rely on these: what mocks let pass by themselves has to fail here. */

class Box extends pulumi.ComponentResource {
  constructor(name: string) {
    super("test:index:Box", name, {});
  }
}

const key = (name: string, opts?: pulumi.CustomResourceOptions) => new tls.PrivateKey(name, { algorithm: "RSA" }, opts);

test("two resources of one type and name fail", async () => {
  const twice = register(() => [key("one"), key("one")]);
  await expect(twice).rejects.toThrow("registered twice: urn:pulumi:dev::storm::tls:index/privateKey:PrivateKey::one");
});

test("a function of a provider fails", async () => {
  const asks = register(() => tls.getPublicKeyOutput({ privateKeyPem: "x" }).publicKeyPem.apply((pem) => pem));
  await expect(asks).rejects.toThrow("the program called tls:index/getPublicKey");
});

test("a look-up of what exists fails", async () => {
  const looks = register(() => tls.PrivateKey.get("old", "its-id"));
  await expect(looks).rejects.toThrow("the program looked up tls:index/privateKey:PrivateKey old");
});

test("parents, options and dependencies are recorded by name", async () => {
  const { resources } = await register(() => {
    const box = new Box("box");
    const first = key("first", { parent: box });
    key("second", {
      parent: box,
      dependsOn: first,
      ignoreChanges: ["algorithm"],
      deleteBeforeReplace: true,
      protect: true,
    });
  });
  expect(resources.map(({ name, parent, custom }) => [name, parent, custom])).toEqual([
    ["box", undefined, false],
    ["first", "box", true],
    ["second", "box", true],
  ]);
  expect(resources[2]).toMatchObject({
    dependencies: ["first"],
    ignoreChanges: ["algorithm"],
    deleteBeforeReplace: true,
    protect: true,
  });
});

test("secrets are recorded as such and compared without their wrapping", async () => {
  const { resources } = await register(
    () =>
      new tls.SelfSignedCert("cert", { privateKeyPem: pulumi.secret("KEY"), allowedUses: [], validityPeriodHours: 1 }),
  );
  expect(resources[0]).toMatchObject({ secretInputs: ["privateKeyPem"], inputs: { privateKeyPem: "KEY" } });
  expect(unwrap({ list: [{ plain: 1 }] })).toEqual({ list: [{ plain: 1 }] });
});
