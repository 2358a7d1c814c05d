/** Azure on the real engine, with the stand-in for its provider. */
import { type Planned, type Previewed, PreviewLab, SUITE_TIMEOUT_MS } from "./lab";

jest.setTimeout(SUITE_TIMEOUT_MS);

let lab: PreviewLab;
beforeAll(async () => {
  lab = await PreviewLab.start();
});
afterAll(() => lab.stop());

const ofType = ({ resources }: Previewed, type: string): Planned[] =>
  resources.filter((each) => each.type === `azure-native:${type}`);

const MIXED = `
Hostname: storm.example.com
Azure:
  region: westeurope
  pools:
    - {name: managers, count: 3, size: small, role: manager}
    - {name: web, count: 2..10, size: medium, role: worker, spot: true, scaleOn: {cpu: 70%}}
    - {name: arm, count: 1, size: Standard_D2ps_v5, role: worker, spot: true}
    - {name: data, count: 2, size: large, role: data, volume: 100GB}
network: {adminCidrs: [192.0.2.0/24]}
`;

test("fixed, elastic, spot, arm64 and data pools are planned over the zones", async () => {
  const seen = await lab.preview(MIXED);
  console.log(
    JSON.stringify(seen.messages),
    seen.resources
      .filter((r) => r.type.startsWith("azure") || r.type.startsWith("storm"))
      .map((r) => `${r.op} ${r.type} ${r.name}`)
      .join("\n"),
  );
  expect(ofType(seen, "compute:VirtualMachine").map(({ name }) => name)).toHaveLength(6);
});
