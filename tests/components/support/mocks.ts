import * as pulumi from "@pulumi/pulumi";
import { outputsOf } from "./fake-outputs";

/** How the SDK marks a secret on its way to the engine, and so in what mocks are given. */
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";

/** A resource as it was registered, with its options: mocks by themselves show neither parents nor options. */
export interface Registered {
  type: string;
  name: string;
  /** False for a component. */
  custom: boolean;
  /** Name of the parent; undefined for one of the stack's own. */
  parent: string | undefined;
  /** Secrets unwrapped; see `secretInputs`. */
  inputs: Record<string, unknown>;
  /** Top-level inputs that are secret, or hold something secret. */
  secretInputs: string[];
  outputs: Record<string, unknown>;
  secretOutputs: string[];
  ignoreChanges: string[];
  deleteBeforeReplace: boolean;
  protect: boolean;
  /** Names of the resources that it waits for, besides those whose outputs it reads. */
  dependencies: string[];
}

/** The request's getters that are read here (pulumi/sdk/nodejs/proto/resource.proto). */
interface Request {
  getType(): string;
  getName(): string;
  getCustom(): boolean;
  getParent(): string;
  getIgnorechangesList(): string[];
  getDeletebeforereplace(): boolean;
  getProtect(): boolean;
  getAdditionalsecretoutputsList(): string[];
  getDependenciesList(): string[];
}

interface Monitor {
  registerResource(request: Request, callback: (error: Error | null, response?: { getUrn(): string }) => void): unknown;
}

/**
 * Runs a program under mocks and returns what it registered, when all of it is. Look-ups, reads and invokes fail: a
 * program whose plan is complete has none. Two resources of one URN fail too, which mocks let pass.
 */
export async function register<T>(
  program: () => T | Promise<T>,
  options: {
    /** Nothing exists yet: whatever a provider would answer is unknown. */
    preview?: boolean;
    /** What a resource answers instead of its usual outputs. */
    answers?: Record<string, Record<string, unknown>>;
    /** What look-ups answer, by the function's token. */
    lookUps?: Record<string, Record<string, unknown>>;
    /** Outputs of other stacks, by name: the one thing that may be read. */
    stacks?: Record<string, Record<string, unknown>>;
  } = {},
): Promise<{ resources: Registered[]; result: T }> {
  const resources: Registered[] = [];
  const forbidden: string[] = [];
  let current: Request | undefined;
  await pulumi.runtime.setMocks(
    {
      call: ({ token, inputs }) => {
        if (token === "pulumi:pulumi:readStackOutputs") return readStack(options.stacks, inputs["name"]);
        const known = options.lookUps?.[token];
        if (known !== undefined) return known;
        // Answered, and told at the end: an error from here would end the process, not the test.
        forbidden.push(`the program called ${token}`);
        return {};
      },
      newResource: ({ type, name, inputs, custom }) => {
        if (!current) {
          forbidden.push(`the program looked up ${type} ${name}`);
          return { id: name, state: {} };
        }
        const { plain, secretKeys } = unwrapTop(inputs as Record<string, unknown>);
        const secretOutputs = current.getAdditionalsecretoutputsList();
        const fake =
          custom !== true || options.preview ? {} : { ...outputsOf(type, name, plain), ...options.answers?.[name] };
        const outputs = custom === true ? { ...plain, ...fake } : {};
        resources.push({
          type,
          name,
          custom: custom === true,
          parent: nameOf(current.getParent()),
          inputs: plain,
          secretInputs: secretKeys.sort(),
          outputs,
          secretOutputs: [...secretOutputs].sort(),
          ignoreChanges: current.getIgnorechangesList(),
          deleteBeforeReplace: current.getDeletebeforereplace(),
          protect: current.getProtect(),
          dependencies: [],
        });
        // As the engine does: what was secret going in, or is declared so, comes out secret.
        const secret = new Set([...secretKeys, ...secretOutputs]);
        const state = Object.entries(outputs).map(([key, value]) => [
          key,
          secret.has(key) ? pulumi.secret(value) : value,
        ]);
        return {
          id: options.preview ? undefined : `id-${name}`,
          state: Object.fromEntries(state) as Record<string, unknown>,
        };
      },
    },
    "storm",
    "dev",
    options.preview ?? false,
  );
  const monitor = pulumi.runtime.getMonitor() as unknown as Monitor;
  const urns = new Map<string, Registered>();
  const plain = monitor.registerResource.bind(monitor);
  const waitFor = new Map<Registered, string[]>();
  monitor.registerResource = (request, callback) => {
    current = request;
    // Mocks answer `newResource` before their first pause, so `current` is this request's.
    const done = plain(request, (error, response) => {
      const urn = response?.getUrn();
      if (urn !== undefined) {
        if (urns.has(urn)) forbidden.push(`registered twice: ${urn}`);
        if (own) urns.set(urn, own);
      }
      callback(error, response);
    });
    const own = resources.at(-1);
    if (own) waitFor.set(own, request.getDependenciesList());
    current = undefined;
    return done;
  };
  const result = await program();
  await settled();
  if (forbidden.length > 0) throw new Error(forbidden.join("\n"));
  for (const [own, urnList] of waitFor) own.dependencies = urnList.map((urn) => urns.get(urn)?.name ?? urn).sort();
  return { resources: resources.sort(byName), result };
}

/** As the engine answers for another stack (builtins.go). */
function readStack(stacks: Record<string, Record<string, unknown>> = {}, name: unknown) {
  const outputs = stacks[String(name)];
  if (outputs === undefined) throw Object.assign(new Error(), { details: `unknown stack "${String(name)}"` }); // as gRPC's errors have it
  return { name, outputs };
}

/** Resolves when nothing is on its way to the engine any more. */
async function settled(): Promise<void> {
  // `waitForRPCs` is what the SDK itself ends a program by; not in its types.
  const { waitForRPCs } = pulumi.runtime as unknown as { waitForRPCs(disconnect: boolean): Promise<void> };
  await waitForRPCs(false);
}

/** The value of an output: an assertion inside an `apply` that nobody waits for would never fail. */
export function promiseOf<T>(output: pulumi.Output<T>): Promise<T> {
  // `promise` is there and hidden from the types.
  return (output as unknown as { promise(): Promise<T> }).promise();
}

/** Takes the SDK's wrapping off secrets, at any depth. */
export function unwrap(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unwrap);
  if (typeof value !== "object" || value === null || pulumi.asset.Asset.isInstance(value)) return value;
  if (isSecretObject(value)) return unwrap((value as { value?: unknown }).value);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, unwrap(item)]));
}

function unwrapTop(inputs: Record<string, unknown>) {
  const secretKeys = Object.keys(inputs).filter((key) => holdsSecret(inputs[key]));
  return { plain: unwrap(inputs) as Record<string, unknown>, secretKeys };
}

function holdsSecret(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return isSecretObject(value) || Object.values(value).some(holdsSecret);
}

function isSecretObject(value: object): boolean {
  return (value as Record<string, unknown>)[SIGNATURE] === SECRET;
}

function nameOf(urn: string): string | undefined {
  return urn === "" ? undefined : urn.split("::").at(-1);
}

function byName(a: Registered, b: Registered): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : a.type < b.type ? -1 : 1;
}
