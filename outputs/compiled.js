// Generated from index.ts by `npm run outputs`.
"use strict";
var __create = Object.create;
var __defProp = Object.defineProperty;
var __getOwnPropDesc = Object.getOwnPropertyDescriptor;
var __getOwnPropNames = Object.getOwnPropertyNames;
var __getProtoOf = Object.getPrototypeOf;
var __hasOwnProp = Object.prototype.hasOwnProperty;
var __export = (target, all2) => {
  for (var name in all2)
    __defProp(target, name, { get: all2[name], enumerable: true });
};
var __copyProps = (to, from, except, desc) => {
  if (from && typeof from === "object" || typeof from === "function") {
    for (let key of __getOwnPropNames(from))
      if (!__hasOwnProp.call(to, key) && key !== except)
        __defProp(to, key, { get: () => from[key], enumerable: !(desc = __getOwnPropDesc(from, key)) || desc.enumerable });
  }
  return to;
};
var __toESM = (mod, isNodeMode, target) => (target = mod != null ? __create(__getProtoOf(mod)) : {}, __copyProps(
  // If the importer is in node compatibility mode or this is not an ESM
  // file that has been converted to a CommonJS file using a Babel-
  // compatible transform (i.e. "__esModule" has not been set), then set
  // "default" to the CommonJS "module.exports" for node compatibility.
  isNodeMode || !mod || !mod.__esModule ? __defProp(target, "default", { value: mod, enumerable: true }) : target,
  mod
));
var __toCommonJS = (mod) => __copyProps(__defProp({}, "__esModule", { value: true }), mod);

// index.ts
var index_exports = {};
__export(index_exports, {
  SCHEMA_VERSION: () => SCHEMA_VERSION,
  StormReference: () => StormReference,
  stormCredential: () => stormCredential,
  stormOutputs: () => stormOutputs
});
module.exports = __toCommonJS(index_exports);
var pulumi = __toESM(require("@pulumi/pulumi"));

// schema.ts
var z = __toESM(require("zod"));
var SCHEMA_VERSION = 1;
var OUTPUT = "storm";
var CREDENTIAL_OUTPUT = "stormCredential";
var stormOutputs = z.object({
  schemaVersion: z.literal(SCHEMA_VERSION),
  /** Environment, e.g. "prod". */
  env: z.string(),
  /** Cluster's name, e.g. "storm". */
  name: z.string(),
  /** "<env>.<Hostname>". */
  domain: z.string(),
  /** Compose stack of storm.yml -> "<stack>.<domain>": the ingress has a certificate for one label before it. */
  domains: z.record(z.string(), z.string()),
  /** Port of the HTTPS addresses; 443 but on a machine where others have it. */
  httpsPort: z.number(),
  /** Of the first routed service; the cluster's own address if there is none. */
  url: z.string(),
  /** "<stack>/<service>" -> URL. */
  urls: z.record(z.string(), z.string()),
  /** Docker API of a swarm manager, "tcp://HOST:PORT", TLS with a client certificate. */
  dockerHost: z.string(),
  /** Consul's HTTPS API; asks for a token, which is not in here. */
  consul: z.object({ address: z.string(), datacenter: z.string() }),
  /** "HOST:PORT" under which the nodes pull what the cluster's own registry has. */
  registry: z.string(),
  /** Overlay that a routed service shares with the ingress. */
  network: z.string(),
  /** PEM of every authority that a user has to believe: of the ingress, the Docker API and Consul. */
  caCertificate: z.string()
});
var stormCredential = z.object({
  certificate: z.string(),
  key: z.string(),
  /** RFC 3339. The operators' `up` renews it half its life before. */
  expires: z.string()
});
function parsed(schema, value, where, advice) {
  const found = versionOf(value);
  if (found !== void 0 && found !== SCHEMA_VERSION)
    throw new Error(
      `${where} is of schemaVersion ${String(found)}, and this version of storm reads ${SCHEMA_VERSION}: ${advice}`
    );
  if (value === void 0) throw new Error(`${where} is not there: ${advice}`);
  if (JSON.stringify(value) === "{}") throw new Error(`${where} cannot be decrypted with this stack's key: ${advice}`);
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const wrong = result.error.issues.map(({ path, message }) => `${path.join(".") || "the value"}: ${message}`);
  throw new Error(`${where} cannot be used (${wrong.slice(0, 5).join("; ")}): ${advice}`);
}
function unexpired(credential, name, now) {
  if (new Date(credential.expires) > now) return credential;
  throw new Error(
    `the credential of stack ${name} ended at ${credential.expires}: its operators renew it by \`pulumi up\` of the stack with layer base, and then of this one`
  );
}
function versionOf(value) {
  return typeof value === "object" && value !== null && "schemaVersion" in value ? value.schemaVersion : void 0;
}

// index.ts
var StormReference = class {
  /** All of output `storm`; nothing of it is secret. */
  outputs;
  /** Client certificate of the Docker API. Secret; good for 30 days at most. */
  credential;
  /**
   * @param name of the stack: "prod-outputs" in a backend without organizations and in the same project, else
   *   "organization/PROJECT/STACK"
   * @param opts e.g. `parent`
   * @param now for tests; the credential is refused when it has ended
   */
  constructor(name, opts, now = () => /* @__PURE__ */ new Date()) {
    const stack = new pulumi.StackReference(name, {}, opts);
    const where = (output) => `output ${output} of stack ${name}`;
    this.outputs = stack.getOutput(OUTPUT).apply(
      (value) => clearly(
        () => parsed(
          stormOutputs,
          value,
          where(OUTPUT),
          "it must be a stack of layer outputs, deployed by this version of storm"
        )
      )
    );
    this.credential = pulumi.secret(
      stack.getOutput(CREDENTIAL_OUTPUT).apply(
        (value) => clearly(() => {
          const advice = "this stack's secrets provider or passphrase must open it";
          return unexpired(parsed(stormCredential, value, where(CREDENTIAL_OUTPUT), advice), name, now());
        })
      )
    );
  }
  /** Environment, e.g. "prod". */
  get env() {
    return this.outputs.env;
  }
  /** Of the first routed service of storm.yml. */
  get url() {
    return this.outputs.url;
  }
  /** "<stack>/<service>" -> URL. */
  get urls() {
    return this.outputs.apply(({ urls }) => urls);
  }
  /** "<env>.<Hostname>". */
  get domain() {
    return this.outputs.domain;
  }
  /** Docker API of a swarm manager, "tcp://HOST:PORT". */
  get dockerHost() {
    return this.outputs.dockerHost;
  }
  /** "HOST:PORT" of the cluster's registry, as its nodes know it. */
  get registry() {
    return this.outputs.registry;
  }
  /** PEM of the authorities that a user has to believe. */
  get caCertificate() {
    return this.outputs.caCertificate;
  }
  /** Address of a service that is routed at this host name, with the port where it is not 443. */
  addressOf(host) {
    return pulumi.all([host, this.outputs]).apply(([name, { httpsPort }]) => `https://${name}${httpsPort === 443 ? "" : `:${httpsPort}`}`);
  }
};
function clearly(read) {
  try {
    return read();
  } catch (error) {
    throw new pulumi.RunError(error instanceof Error ? error.message : String(error));
  }
}
// Annotate the CommonJS export names for ESM import in node:
0 && (module.exports = {
  SCHEMA_VERSION,
  StormReference,
  stormCredential,
  stormOutputs
});
