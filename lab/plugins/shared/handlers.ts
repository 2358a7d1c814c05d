/** The provider protocol: each request decoded, handed to the resource type it names, and the answer encoded. */
import { randomUUID } from "node:crypto";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import * as proto from "@pulumi/pulumi/proto/provider_pb";
import { type CheckFailure, checkFields } from "./fields";
import type { EngineLog } from "./engine-log";
import type { Call, ChangeKind, Diff, FunctionType, Plugin, ResourceType } from "./resource";
import { decodeMap, encodeMap, type JsonMap, type Value, type ValueMap } from "./values";

/** Serves one plugin; `signal` aborts running operations when the engine cancels. */
export class Handlers {
  private config: ValueMap = {};
  /** By URN: see Call.recorded. */
  private readonly recorded = new Map<string, Set<string>>();

  constructor(
    private readonly plugin: Plugin,
    private readonly log: EngineLog,
    private readonly signal: AbortSignal,
  ) {}

  info(): PluginInfo {
    return new PluginInfo().setVersion(this.plugin.version);
  }

  schema(): proto.GetSchemaResponse {
    const { name, version, resources, functions } = this.plugin;
    const tokens = (map: object): object => Object.fromEntries(Object.keys(map).map((token) => [token, {}]));
    const schema = { name, version, resources: tokens(resources), functions: tokens(functions) };
    return new proto.GetSchemaResponse().setSchema(JSON.stringify(schema));
  }

  /** Outputs are not accepted on the wire: the engine then sends plain secrets and unknowns, which is all we need. */
  configure(request: proto.ConfigureRequest): proto.ConfigureResponse {
    this.config = settings(this.plugin, read(request.getArgs()));
    return new proto.ConfigureResponse().setAcceptsecrets(true).setSupportspreview(true);
  }

  checkConfig(request: proto.CheckRequest): proto.CheckResponse {
    const response = new proto.CheckResponse().setInputs(request.getNews());
    if (!this.plugin.config) {
      return response;
    }
    const { failures } = checkFields(this.plugin.config, settings(this.plugin, read(request.getNews())));
    return response.setFailuresList(failures.map(wireFailure));
  }

  diffConfig(): proto.DiffResponse {
    return new proto.DiffResponse().setChanges(proto.DiffResponse.DiffChanges.DIFF_NONE);
  }

  check(request: proto.CheckRequest): proto.CheckResponse {
    const type = this.resource(request.getUrn());
    const { inputs, failures } = checkFields(type.inputs, read(request.getNews()));
    const urn = request.getUrn();
    // What is not there yet has no old inputs.
    if (Object.keys(read(request.getOlds())).length > 0) this.record(urn);
    const call = { urn, name: nameOf(urn), config: this.config };
    const all = failures.length > 0 ? failures : (type.check?.(inputs, call) ?? []);
    return new proto.CheckResponse().setInputs(write(inputs)).setFailuresList(all.map(wireFailure));
  }

  diff(request: proto.DiffRequest): proto.DiffResponse {
    const type = this.resource(request.getUrn());
    this.record(request.getUrn(), request.getId());
    const oldState = read(request.getOlds());
    const oldInputs = request.hasOldInputs() ? read(request.getOldInputs()) : onlyInputs(type, oldState);
    const inputs = read(request.getNews());
    for (const path of request.getIgnorechangesList()) {
      const kept = oldInputs[path];
      if (kept !== undefined) {
        inputs[path] = kept;
      }
    }
    return diffResponse(type.diff(oldInputs, oldState, inputs));
  }

  async create(request: proto.CreateRequest): Promise<proto.CreateResponse> {
    const type = this.resource(request.getUrn());
    const inputs = read(request.getProperties());
    if (request.getPreview()) {
      return new proto.CreateResponse().setProperties(write(type.preview(inputs)));
    }
    const { id, state } = await type.create(this.call(request.getUrn(), request.getTimeout()), inputs);
    this.record(request.getUrn(), id);
    return new proto.CreateResponse().setId(id).setProperties(write(state));
  }

  async update(request: proto.UpdateRequest): Promise<proto.UpdateResponse> {
    const type = this.resource(request.getUrn());
    const oldState = read(request.getOlds());
    const inputs = read(request.getNews());
    if (request.getPreview()) {
      return new proto.UpdateResponse().setProperties(write(type.preview(inputs, oldState)));
    }
    if (!type.update) {
      throw new Error(`${request.getUrn()} cannot be updated in place`);
    }
    const state = await type.update(this.callFor(request), oldState, inputs);
    return new proto.UpdateResponse().setProperties(write(state));
  }

  async read(request: proto.ReadRequest): Promise<proto.ReadResponse> {
    const type = this.resource(request.getUrn());
    const state = read(request.getProperties());
    if (type.find) {
      const found = await type.find(this.callFor(request), state, read(request.getInputs()));
      const response = new proto.ReadResponse();
      // The engine drops it from the state, and may make another one of its name at once: `up --refresh`.
      if (!found) this.forget(request);
      return found
        ? response.setId(request.getId()).setInputs(write(found.inputs)).setProperties(write(found.state))
        : response;
    }
    return new proto.ReadResponse()
      .setId(request.getId())
      .setInputs(request.getInputs())
      .setProperties(write(type.read ? type.read(state) : state));
  }

  async delete(request: proto.DeleteRequest): Promise<Empty> {
    const call = this.callFor(request);
    await this.resource(request.getUrn()).delete?.(call, read(request.getProperties()));
    this.forget(request);
    return new Empty();
  }

  async invoke(request: proto.InvokeRequest): Promise<proto.InvokeResponse> {
    const type: FunctionType | undefined = this.plugin.functions[request.getTok()];
    if (!type) {
      throw new Error(`unknown function ${request.getTok()} in ${this.plugin.name} ${this.plugin.version}`);
    }
    const { inputs, failures } = checkFields(type.inputs, read(request.getArgs()));
    const all = failures.length > 0 ? failures : (type.check?.(inputs) ?? []);
    if (all.length > 0) {
      return new proto.InvokeResponse().setFailuresList(all.map(wireFailure));
    }
    return new proto.InvokeResponse().setReturn(write(await type.invoke(this.call(""), inputs)));
  }

  private resource(urn: string): ResourceType {
    const type = urn.split("::")[2]?.split("$").pop() ?? "";
    const found = this.plugin.resources[type];
    if (!found) {
      throw new Error(`unknown resource type ${type} in ${this.plugin.name} ${this.plugin.version}`);
    }
    return found;
  }

  private record(urn: string, id?: string): void {
    const ids = this.recorded.get(urn) ?? new Set();
    this.recorded.set(urn, id === undefined ? ids : ids.add(id));
  }

  private forget(request: { getUrn(): string; getId(): string }): void {
    const ids = this.recorded.get(request.getUrn());
    ids?.delete(request.getId());
    if (ids?.size === 0) this.recorded.delete(request.getUrn());
  }

  /** For a resource that is there. */
  private callFor(request: { getUrn(): string; getId(): string; getTimeout?(): number }): Call {
    this.record(request.getUrn(), request.getId());
    return { ...this.call(request.getUrn(), request.getTimeout?.()), id: request.getId() };
  }

  private call(urn: string, timeoutSeconds = 0): Call {
    this.signal.throwIfAborted();
    const { signal } = this;
    const limit = timeoutSeconds > 0 ? [AbortSignal.timeout(timeoutSeconds * 1_000)] : [];
    const deadline = AbortSignal.any([signal, ...limit]);
    const recorded = this.recorded.get(urn);
    return { urn, name: nameOf(urn), signal, deadline, log: this.log.for(urn), config: this.config, recorded };
  }
}

function nameOf(urn: string): string {
  return urn.split("::").slice(3).join("::");
}

/** The provider's settings; on this wire whatever is no text comes as JSON. */
function settings({ config = {} }: Plugin, given: ValueMap): ValueMap {
  const parsed = Object.entries(given).map(([name, value]): [string, Value] => {
    const type = config[name]?.type ?? "string";
    return [name, typeof value === "string" && type !== "string" ? (JSON.parse(value) as Value) : value];
  });
  return Object.fromEntries(parsed);
}

function wireFailure({ property, reason }: CheckFailure): proto.CheckFailure {
  return new proto.CheckFailure().setProperty(property).setReason(reason);
}

/** A random suffix of eight hexadecimal digits, as the official plugins append to names. */
export function hexId(): string {
  return randomUUID().slice(0, 8);
}

function diffResponse(diff: Diff): proto.DiffResponse {
  const changes = Object.entries(diff);
  const { DIFF_NONE, DIFF_SOME } = proto.DiffResponse.DiffChanges;
  const response = new proto.DiffResponse()
    .setChanges(changes.length > 0 ? DIFF_SOME : DIFF_NONE)
    .setHasdetaileddiff(true)
    .setDiffsList(changes.map(([property]) => property))
    .setReplacesList(changes.filter(([, change]) => change.replace).map(([property]) => property));
  for (const [property, { kind, replace }] of changes) {
    response.getDetaileddiffMap().set(property, new proto.PropertyDiff().setKind(wireKind(kind, replace)));
  }
  return response;
}

function wireKind(kind: ChangeKind, replace: boolean): proto.PropertyDiff.Kind {
  const { ADD, ADD_REPLACE, DELETE, DELETE_REPLACE, UPDATE, UPDATE_REPLACE } = proto.PropertyDiff.Kind;
  const [inPlace, replaced] = {
    add: [ADD, ADD_REPLACE],
    delete: [DELETE, DELETE_REPLACE],
    update: [UPDATE, UPDATE_REPLACE],
  }[kind] as [proto.PropertyDiff.Kind, proto.PropertyDiff.Kind];
  return replace ? replaced : inPlace;
}

/** Engines before "old inputs" sent the state alone, of which the inputs are a part. */
function onlyInputs(type: ResourceType, state: ValueMap): ValueMap {
  return Object.fromEntries(Object.entries(state).filter(([name]) => name in type.inputs));
}

function read(struct: Struct | undefined): ValueMap {
  return decodeMap(struct?.toJavaScript() as JsonMap | undefined);
}

function write(map: ValueMap): Struct {
  return Struct.fromJavaScript(encodeMap(map));
}
