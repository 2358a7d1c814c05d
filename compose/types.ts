import type { Issue } from "../spec/errors";

/** What goes into the renderer, and what comes out: a stack that `docker stack deploy` runs as it is, and everything that has to be there first. */

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

/** A `build:` section; paths are relative to the compose file's folder. */
export interface BuildRequest {
  service: string;
  context: string;
  /** Relative to the context. */
  dockerfile: string;
  args: Record<string, string>;
  target?: string;
}

/** An image to build and push before the deploy. */
export interface Build extends BuildRequest {
  /** "<registry>/<stack>/<service>:<hash of everything that makes the image>". */
  image: string;
}

/** How users reach a service: the ingress answers `https://<host><path>` and forwards plain HTTP to `port`. */
export interface Route {
  service: string;
  host: string;
  port: number;
  /** Prefix; "/" for all. */
  path: string;
}

/** A Swarm config or secret to create before the deploy. Its name holds a hash of the content, so a change is a new name. */
export interface ContentObject {
  name: string;
  content: string;
  /** "golang" when Swarm is to fill in a template. */
  templateDriver?: string;
}

export interface RenderInput {
  /** Name in Swarm; letters, digits and `-`. */
  stackName: string;
  file: { name: string; text: string };
  /** Text of a file beside the compose file, undefined if there is none. Keeps the renderer free of the file system. */
  readFile: (relative: string) => string | undefined;
  /** Variables of the `.env` beside the compose file. Never the shell's environment. */
  env: Readonly<Record<string, string>>;
  /** Hash of a build's context, dockerfile, args and target (compose/context.ts). What it throws becomes an error of that line. */
  hashBuild: (build: BuildRequest) => string;
  /** Replicas: a number for routed services without replicas of their own, a map for the services it names. */
  scale?: number | Readonly<Record<string, number>>;
  /** "<stack>.<env>.<domain>": routed services are "<service>.<this>". */
  domain: string;
  /** The cluster's own names, which have a certificate too: a service may ask for one of them. Default: none. */
  ownNames?: readonly string[];
  /** What the nodes' kernels can do. Without IP_VS there are no virtual addresses: dnsrr, and ports in host mode. */
  capabilities: { ipvs: boolean };
  /** Host and port of the cluster's registry. */
  registry: string;
  /** Image names whose first part is replaced, say {"ghcr.io": "172.28.1.3:5000/ghcr.io"}. */
  imageRewrite?: Readonly<Record<string, string>> | ((image: string) => string);
  /** Bytes, for every overlay network of the stack. */
  overlayMtu: number;
  /** Node that holds the volumes of services without a placement of their own. */
  volumeNode: string;
  /** Overlay that the ingress shares with routed services. */
  edgeNetwork: string;
  /** Where storm.yml names this stack, for what is wrong there. */
  origin: Pick<Issue, "place" | "path">;
}

export interface RenderResult {
  /** Input of `docker stack deploy -c -` (JSON is YAML). Holds no content of a secret or config. */
  stack: JsonObject;
  builds: Build[];
  routes: Route[];
  configs: ContentObject[];
  /** Contents are secret. */
  secrets: ContentObject[];
  /** Every image the stack runs, as the nodes will ask for it. */
  images: string[];
  /** Services of several replicas that must not all be on one node (storm_stack.py keeps them apart). */
  spread: { service: string; replicas: number }[];
  /** Values that came out of `.env` and env files, which no message may show. Secret. */
  hidden: string[];
  warnings: Issue[];
  /** If there is one, the rest of the result is not to be deployed. */
  errors: Issue[];
}
