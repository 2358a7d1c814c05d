import { type Deployed, deployed, ofType, removeBuilds, resource } from "./support/program";

let whole: Deployed;
beforeAll(async () => {
  whole = await deployed();
});
afterAll(removeBuilds);

const signing = ["digital_signature", "key_encipherment"];

/** Who each certificate is, who signed it and what for. */
const CERTIFICATES = {
  "consul-server": {
    ca: "consul-ca",
    commonName: "server.dev.consul",
    dnsNames: ["server.dev.consul", "localhost", "consul.dev.storm.localhost", "consul.service.consul"],
    ipAddresses: ["127.0.0.1"],
    uses: [...signing, "server_auth", "client_auth"],
  },
  "docker-applications": {
    ca: "docker-ca",
    commonName: "applications",
    dnsNames: undefined,
    ipAddresses: undefined,
    uses: [...signing, "client_auth"],
  },
  "docker-client": {
    ca: "docker-ca",
    commonName: "operator",
    dnsNames: undefined,
    ipAddresses: undefined,
    uses: [...signing, "client_auth"],
  },
  "docker-server": {
    ca: "docker-ca",
    commonName: "docker.dev.storm.localhost",
    dnsNames: ["docker.dev.storm.localhost", "localhost", "consul.service.consul"],
    ipAddresses: ["127.0.0.1"],
    uses: [...signing, "server_auth"],
  },
  "ingress-demo": {
    ca: "ingress-ca",
    commonName: "*.demo.dev.storm.localhost",
    dnsNames: ["*.demo.dev.storm.localhost", "demo.dev.storm.localhost"],
    ipAddresses: undefined,
    uses: [...signing, "server_auth"],
  },
  "ingress-storm": {
    ca: "ingress-ca",
    commonName: "dev.storm.localhost",
    dnsNames: ["dev.storm.localhost", "storm.localhost"],
    ipAddresses: undefined,
    uses: [...signing, "server_auth"],
  },
  registry: {
    ca: "registry-ca",
    commonName: "registry.service.consul",
    dnsNames: ["registry.service.consul"],
    ipAddresses: undefined,
    uses: [...signing, "server_auth", "client_auth"],
  },
};

test("these certificates and no others, each for its names and uses, for a year, renewed 30 days before; the applications' for a month", () => {
  const found = ofType(whole, "LocallySignedCert").map(({ name, inputs }) => {
    const owner = name.replace(/-cert$/, "");
    const request = resource(whole, "CertRequest", `${owner}-request`).inputs;
    const subject = request["subject"] as { commonName: string; organization: string };
    expect(subject.organization).toBe("Storm");
    const [validityPeriodHours, earlyRenewalHours] = owner === "docker-applications" ? [720, 360] : [8760, 720];
    expect(inputs).toMatchObject({ validityPeriodHours, earlyRenewalHours });
    expect(inputs["certRequestPem"]).toBe(resource(whole, "CertRequest", `${owner}-request`).outputs["certRequestPem"]);
    const signer = ofType(whole, "SelfSignedCert").find((ca) => ca.outputs["certPem"] === inputs["caCertPem"]);
    return [
      owner,
      {
        ca: signer?.parent,
        commonName: subject.commonName,
        dnsNames: request["dnsNames"],
        ipAddresses: request["ipAddresses"],
        uses: inputs["allowedUses"],
      },
    ];
  });
  expect(Object.fromEntries(found)).toEqual(CERTIFICATES);
});

test("each is signed with the key of the authority that it names, and every authority has a key of its own", () => {
  for (const { inputs } of ofType(whole, "LocallySignedCert")) {
    const signer = ofType(whole, "SelfSignedCert").find((ca) => ca.outputs["certPem"] === inputs["caCertPem"]);
    expect(inputs["caPrivateKeyPem"]).toBe(
      resource(whole, "PrivateKey", `${signer?.parent}-key`).outputs["privateKeyPem"],
    );
  }
  const keys = ofType(whole, "SelfSignedCert").map(({ inputs }) => inputs["privateKeyPem"]);
  expect(new Set(keys).size).toBe(4);
});

test("an authority signs for ten years, renewed a year before its end, and has its own name", () => {
  const found = ofType(whole, "SelfSignedCert").map(({ name, inputs: { privateKeyPem, ...inputs } }) => {
    expect(privateKeyPem).toBe(resource(whole, "PrivateKey", name.replace("-cert", "-key")).outputs["privateKeyPem"]);
    return inputs;
  });
  expect(found).toEqual(
    ["Consul", "Docker API", "ingress", "registry"].map((what) => ({
      subject: { commonName: `Storm storm dev ${what} CA`, organization: "Storm" },
      isCaCertificate: true,
      setSubjectKeyId: true,
      allowedUses: ["cert_signing", "crl_signing", "digital_signature"],
      validityPeriodHours: 87600,
      earlyRenewalHours: 8760,
    })),
  );
});

test("keys of certificates are P-256, of SSH and of derived secrets Ed25519", () => {
  const owners = (wanted: object) =>
    ofType(whole, "PrivateKey")
      .filter(({ inputs }) => JSON.stringify(inputs) === JSON.stringify(wanted))
      .map(({ parent }) => parent);
  expect(new Set(owners({ algorithm: "ED25519" }))).toEqual(new Set(["local", "secrets"]));
  const tls = Object.keys(CERTIFICATES).concat("consul-ca", "docker-ca", "ingress-ca", "registry-ca");
  expect(new Set(owners({ algorithm: "ECDSA", ecdsaCurve: "P256" }))).toEqual(new Set(tls));
});

test("one wildcard for each stack, because a wildcard matches one label only", async () => {
  const file = "catalog/guestbook/docker-compose.yml";
  const more = await deployed({ compose: { second_one: { file } } }, { env: "prod" });
  const names = ofType(more, "CertRequest")
    .filter(({ name }) => name.startsWith("ingress-"))
    .map(({ inputs }) => inputs["dnsNames"]);
  expect(names).toEqual([
    ["*.demo.prod.storm.localhost", "demo.prod.storm.localhost"],
    ["*.second-one.prod.storm.localhost", "second-one.prod.storm.localhost"],
    ["prod.storm.localhost", "storm.localhost"],
  ]);
});
