import { at, render } from "./support";

const TEXT = `services:
  web: {image: x, configs: [app, out], secrets: [key, {source: pass, target: /p, mode: 0400}]}
configs:
  app: {file: ./app.conf}
  out: {external: true}
secrets:
  key: {environment: KEY}
  pass: {content: "CANARY-\${KEY}"}
`;
const input = (conf: string) => ({
  readFile: (name: string) => (name === "./app.conf" ? conf : undefined),
  env: { KEY: "CANARY-key" },
});

test("contents travel apart from the stack, whose names change with them", () => {
  const result = render(TEXT, input("a=1"));
  expect(result.errors).toEqual([]);
  expect(JSON.stringify(result.stack)).not.toContain("CANARY");
  expect(result.secrets.map((secret) => secret.content)).toEqual(["CANARY-key", "CANARY-CANARY-key"]);
  const [config] = result.configs;
  expect(config).toEqual({ name: expect.stringMatching(/^shop_app_[0-9a-f]{12}$/), content: "a=1" });
  expect(at(result, "configs")).toEqual({
    app: { external: true, name: config?.name },
    out: { external: true, name: "out" },
  });
  expect(at(result, "services", "web", "secrets")).toEqual([
    { source: "key", target: "key" },
    { source: "pass", target: "/p", mode: 0o400 },
  ]);
  const changed = render(TEXT, input("a=2"));
  expect(changed.configs[0]?.name).not.toBe(config?.name);
  expect(changed.secrets).toEqual(result.secrets);
});

test("no secret in any message, whatever is wrong", () => {
  const broken = render(TEXT.replace("mode: 0400", "mod: 0400").replace("image: x", "imag: x"), input("a"));
  expect(broken.errors.length).toBeGreaterThan(1);
  expect([...broken.errors, ...broken.warnings].join()).not.toContain("CANARY");
});

test.each([
  ["{}", "needs one of file, content, environment or external: true, got none"],
  ["{file: a, content: b}", "needs one of file, content, environment or external: true, got file and content"],
  ["{file: none}", 'there is no file "none" beside the compose file'],
  ["{environment: NONE}", "variable NONE is not set in .env"],
  ["{file: binary}", '"binary" is not text in UTF-8; put binary files into the image'],
  ["{file: big}", "may have 500000 bytes in Swarm, has 500001; put it into the image or on a volume"],
  [`{content: "a", name: ${"n".repeat(60)}}`, `longer than Swarm's 64 characters`],
])("config %s: %s", (config, message) => {
  const readFile = (name: string): string | undefined => ({ binary: "\uFFFD", big: "x".repeat(500_001), a: "a" })[name];
  const { errors } = render(`services: {w: {image: x}}\nconfigs: {c: ${config}}`, { readFile });
  expect(errors).toHaveLength(1);
  expect(errors[0]).toContain(message);
});
