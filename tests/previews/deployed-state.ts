/**
 * The state of a whole environment of Local nodes, as if it had been brought up: what would need containers and SSH is filled in from the
 * program itself, run under mocks on the keys and certificates that the engine has made. So a preview on the real engine sees every layer.
 */
import type { Deployment } from "@pulumi/pulumi/automation";
import { environment } from "../../stacks/environment";
import { loadAll } from "../../load";
import { type Registered, register } from "../components/support/mocks";
import type { PreviewLab } from "./lab";
import { localState } from "./local-state";

/** As set-up would write it to `storm:local`. */
const MACHINE = { nodeImage: "node:1", cacheImage: "cache:1", ipvs: false };

interface Resource {
  urn: string;
  type: string;
  custom: boolean;
  id?: string;
  parent?: string;
  provider?: string;
  inputs?: Record<string, unknown>;
  outputs?: Record<string, unknown>;
}

/** The SDK's mark of a secret, with the text as it is: the engine encrypts it when it takes the state in. */
const SECRET = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270" };

/** What a stack of the whole environment needs as config. */
export const WHOLE = { "storm:local": JSON.stringify(MACHINE) };

/** Brings up layer base of this storm.yml in `stack`, and puts the rest beside it. */
export async function deployedState(lab: PreviewLab, stack: string, stormYml: string): Promise<void> {
  await lab.up(stormYml, { stack, config: { ...WHOLE, "storm:layers": "base" } });
  const engine = await lab.stack(stack);
  await engine.removeConfig("storm:layers");
  const state = await engine.exportStack();
  const { resources } = state.deployment as { resources: Resource[] };
  const { plan, stacks } = loadAll({
    ...{ directory: lab.folder, file: "storm.yml", env: "test" },
    ...{ ipvs: MACHINE.ipvs, offline: false, buildDirectory: lab.folder },
  });
  const made = new Map(resources.map((resource) => [resource.urn.split("::").at(-1) ?? "", resource]));
  const answers = Object.fromEntries([...made].map(([name, { outputs }]) => [name, opened(outputs ?? {})]));
  const { resources: all } = await register(
    () => environment({ plan, stacks, settings: { machine: MACHINE, hostsKey: undefined } }),
    { answers },
  );
  const { resources: planned } = await lab.preview(stormYml, { stack, config: WHOLE });
  const providers = planned.filter(({ type }) => type.startsWith("pulumi:providers:"));
  const known = new Set(resources.map(({ urn }) => urn));
  const providerOf = new Map(
    resources.flatMap((each) => (each.type.startsWith("pulumi:providers:") ? [[each.type, each]] : [])) as [
      string,
      Resource,
    ][],
  );
  for (const { urn, type, inputs } of providers.filter((each) => !known.has(each.urn))) {
    const provider = {
      urn,
      type,
      custom: true,
      id: `id-${type}`,
      inputs: { __internal: {}, ...inputs },
      outputs: inputs,
    };
    providerOf.set(type, provider);
    resources.push(provider);
  }
  // Parents first: the engine asks for that order.
  for (const each of planned.filter(({ urn, type }) => !known.has(urn) && !type.startsWith("pulumi:providers:"))) {
    const found = all.find(({ type, name }) => type === each.type && name === each.name);
    if (found === undefined) throw new Error(`only the engine has ${each.urn}`);
    resources.push(resourceOf(each.urn, found, planned, providerOf));
  }
  await engine.importStack(state as Deployment);
}

function resourceOf(
  urn: string,
  { type, name, custom, parent, inputs, outputs, secretInputs, secretOutputs }: Registered,
  planned: { urn: string; type: string; name: string }[],
  providers: Map<string, Resource>,
): Resource {
  const parentType = /::([^:].*)\$[^$]*::[^:]*$/.exec(urn)?.[1]?.split("::").at(-1)?.split("$").at(-1);
  const parentUrn = planned.find((each) =>
    parent === undefined ? each.type === "pulumi:pulumi:Stack" : each.name === parent && each.type === parentType,
  )?.urn;
  const base = { urn, type, custom, parent: parentUrn };
  if (!custom) return base;
  const provider = providers.get(`pulumi:providers:${type.split(":")[0]}`);
  const secret = new Set([...secretInputs, ...secretOutputs]);
  return {
    ...base,
    id: `id-${name}`,
    provider: `${provider?.urn}::${provider?.id}`,
    inputs: closed({ ...inputs, ...checked(inputs) }, secret),
    outputs: closed({ ...outputs, ...checked(inputs), ...stateOf(type, inputs) }, secret),
  };
}

/** What the plugins' check adds to inputs. */
function checked({ connection }: Record<string, unknown>): Record<string, unknown> {
  return connection === undefined ? {} : { connection: { port: 22, ...(connection as object) } };
}

/** What the plugins keep in the state besides the outputs that the program sees. */
function stateOf(type: string, inputs: Record<string, unknown>): Record<string, unknown> {
  if (type === "tls:index/privateKey:PrivateKey") return { ecdsaCurve: "P224", rsaBits: 2048, ...inputs };
  if (type === "tls:index/locallySignedCert:LocallySignedCert") return UNENDING;
  // The engine's own: what went in last, and what went in first.
  if (type === "pulumi:index:Stash") return { output: inputs["input"] };
  return { ...localState(type, inputs) };
}

/** A certificate that no `up` renews. */
const UNENDING = {
  isCaCertificate: false,
  setSubjectKeyId: false,
  readyForRenewal: false,
  validityStartTime: "2025-01-01T00:00:00Z",
  validityEndTime: "2999-01-01T00:00:00Z",
};

function closed(values: Record<string, unknown>, secret: Set<string>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(values)
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => [key, secret.has(key) ? closedOne(key, value) : value]),
  );
}

/** A connection is secret as a whole, and its private key once more. */
function closedOne(key: string, value: unknown): unknown {
  if (key !== "connection") return { ...SECRET, plaintext: JSON.stringify(value) };
  const { privateKey, ...rest } = value as { privateKey: string };
  return closedOne("", { ...rest, privateKey: closedOne("", privateKey) });
}

/** Secrets as an export with them shown has them. */
function opened(values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => {
      const plaintext =
        typeof value === "object" && value !== null && "plaintext" in value ? value.plaintext : undefined;
      return [key, typeof plaintext === "string" ? (JSON.parse(plaintext) as unknown) : value];
    }),
  );
}
