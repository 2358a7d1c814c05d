import { renderStack } from "../../compose/render";
import type { JsonObject, RenderInput, RenderResult } from "../../compose/types";

/** What a test does not care about. */
export const DEFAULTS: Omit<RenderInput, "file"> = {
  stackName: "shop",
  readFile: () => undefined,
  env: {},
  hashBuild: () => "0123456789ab",
  domain: "shop.dev.storm.localhost",
  capabilities: { ipvs: true },
  registry: "registry.service.consul:5000",
  overlayMtu: 1370,
  volumeNode: "data-1",
  edgeNetwork: "edge",
  origin: "storm.yml:3:3 compose/shop",
};

export function render(text: string, more: Partial<RenderInput> = {}): RenderResult {
  return renderStack({ ...DEFAULTS, file: { name: "docker-compose.yml", text }, ...more });
}

/** A value of the stack object: `at(result, "services", "web", "image")`. */
export function at(result: RenderResult, ...path: string[]): unknown {
  return path.reduce<unknown>((value, key) => (value as JsonObject | undefined)?.[key], result.stack);
}

/** One service under the name `web`, its keys given in flow style: `image: nginx, ports: [80]`. */
export function web(keys: string, more: Partial<RenderInput> = {}, rest = ""): RenderResult {
  return render(`services:\n  web: {${keys}}\n${rest}`, more);
}
