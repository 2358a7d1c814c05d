import type { EngineEvent, OpType } from "@pulumi/pulumi/automation";
import type { ReportFacts } from "../../../cli/preview/report";
import type { DeployedStack } from "../../../cli/preview/stack-changes";

/** What a provider calls the machine of a node, and the component it is in: as `broughtUp` has them. */
const MACHINE = "storm:pools:AwsFixedPool$aws:ec2/instance:Instance";
const COMMAND = "storm:mesh:Mesh$command:remote:Command";

export interface Step {
  op: OpType;
  types: string;
  name: string;
  /** Property -> kind of its difference. */
  diff?: Record<string, string>;
  /** Whether it is protected from a destroy, before and after. */
  protect?: [boolean, boolean];
}

const step = (op: OpType, types: string, name: string, diff?: Record<string, string>): Step => ({
  op,
  types,
  name,
  diff,
});
const machine = (op: OpType, name: string, diff?: Record<string, string>) => step(op, MACHINE, name, diff);

const protection = (op: OpType, name: string, protect: [boolean, boolean]): Step => ({
  ...step(op, "storm:pools:AwsFixedPool$aws:ebs/volume:Volume", name),
  protect,
});

/** A secret in every event, and in the compose files. */
export const CANARY = "canary-7c1d";

export interface Prepared {
  /** storm.yml that is deployed; undefined: nothing is. */
  from?: string;
  to: string;
  steps?: Step[];
  more?: Partial<EngineEvent>[];
  stacksBefore?: DeployedStack[];
  stacksAfter?: DeployedStack[];
  /** Output of the deployment that is there. */
  urls?: Record<string, string>;
  /** The stacks of storm.yml with their addresses. */
  rendered?: ReportFacts["rendered"];
}

const web = (image: string, more: object = {}): DeployedStack => ({
  stack: "web",
  compose: { services: { page: { image, deploy: { replicas: 2 }, ...more } } },
});
const mandatory = {
  resourceUrn: `urn:pulumi:dev::storm::${MACHINE}::web-3`,
  message: "<{%reset%}>its size m6i.4xlarge is not allowed; ask @ops <b>\nor `limits`<{%reset%}>",
  color: "never",
  policyName: "allowed-sizes",
  policyPackName: "storm",
  policyPackVersion: "",
  policyPackVersionTag: "",
  enforcementLevel: "mandatory" as const,
};

const pools = (web: string, more = "") => `
Hostname: storm.example.com
network: {adminCidrs: [203.0.113.0/24]}
AWS:
  region: eu-west-1
  pools:
    - {name: m, count: 3, size: small, role: manager}
${web}${more}`;
const WEB = "    - {name: web, count: 2, size: small, role: worker}\n";
const LIMITED = "limits: {global: {nodes: 6, monthlyCost: 200}}\n";

/** Changes of storm.yml, each with what the engine says of it. */
export const PREPARED: Record<string, Prepared> = {
  "first deployment": {
    to: pools(WEB),
    steps: [
      step("create", "pulumi:pulumi:Stack", "storm-dev"),
      step("create", "storm:pools:AwsFixedPool", "aws-eu-west-1/web"),
      ...["m-1", "m-2", "m-3", "web-1", "web-2"].map((name) => machine("create", name)),
      ...["ca", "web-1-host-key"].map((name) => step("create", "tls:index/privateKey:PrivateKey", name)),
      ...["m-1", "m-2", "m-3", "web-1", "web-2"].flatMap((name) => [
        step("create", COMMAND, `enroll-${name}`),
        step("create", COMMAND, `peers-${name}`),
      ]),
    ],
    stacksAfter: [web("nginx:1")],
  },
  "nothing to change": { from: pools(WEB), to: pools(WEB), steps: [machine("same", "web-1")] },
  scale: {
    from: pools(WEB, LIMITED),
    to: pools(WEB.replace("count: 2", "count: 3"), LIMITED),
    steps: [
      machine("create", "web-3"),
      step("create", COMMAND, "enroll-web-3"),
      step("update", COMMAND, "peers-m-1", { stdin: "update" }),
      step("replace", "storm:cluster:Cluster$command:remote:Command", "swarm", { "triggers[3]": "add-replace" }),
      machine("same", "web-1"),
    ],
  },
  "fewer nodes": {
    from: pools(WEB),
    to: pools(WEB.replace("count: 2", "count: 1")),
    steps: [machine("delete", "web-2"), step("delete", COMMAND, "enroll-web-2")],
  },
  "size change": {
    from: pools(WEB),
    to: pools(WEB.replace("small", "large")),
    steps: [
      machine("update", "web-1", { instanceType: "update" }),
      machine("update", "web-2", { instanceType: "update" }),
    ],
  },
  "new provider": {
    from: pools(WEB),
    to: pools(WEB, "Azure: [1, small]\n"),
    steps: [
      step("create", "pulumi:providers:azure-native", "azure-eastus"),
      step("create", "storm:pools:AzureFixedPool$azure-native:compute:VirtualMachine", "azure-1"),
    ],
  },
  "removed pool": {
    from: pools(WEB.replace("role: worker", "role: data, volume: 50GB")),
    to: pools(""),
    steps: [
      machine("delete", "web-1"),
      machine("delete", "web-2"),
      step("delete", "storm:pools:AwsFixedPool$aws:ebs/volume:Volume", "web-1-data"),
      step("delete", "storm:pools:AwsFixedPool$aws:ebs/volume:Volume", "web-2-data"),
    ],
  },
  "a manager made anew": {
    from: pools(WEB),
    to: pools(WEB),
    steps: [
      machine("create-replacement", "m-2"),
      machine("replace", "m-2", { subnetId: "update-replace", tags: "update" }),
      machine("delete-replaced", "m-2"),
    ],
  },
  "image change": {
    from: pools(WEB),
    to: pools(WEB),
    steps: [step("update", "storm:compose:ComposeStack$command:remote:Command", "stack-web", { stdin: "update" })],
    stacksBefore: [web("nginx:1.27")],
    stacksAfter: [web("nginx:1.28")],
  },
  "config and secret change, a stack that goes": {
    from: pools(WEB),
    to: pools(WEB),
    steps: [
      step("update", "storm:compose:ComposeStack$command:remote:Command", "stack-web", { stdin: "update" }),
      step("delete", "storm:compose:ComposeStack$command:remote:Command", "stack-old"),
    ],
    stacksBefore: [
      { stack: "old", compose: { services: { a: { image: "a:1" } } } },
      {
        stack: "web",
        compose: {
          ...web("nginx:1").compose,
          configs: { site: { name: "web_site_111" } },
          secrets: { key: { name: "web_key_111" }, gone: { name: "web_gone_1" } },
        },
      },
    ],
    stacksAfter: [
      {
        stack: "web",
        compose: {
          ...web("nginx:1", { deploy: { replicas: 3 } }).compose,
          configs: { site: { name: "web_site_222" } },
          secrets: { key: { name: "web_key_222" } },
        },
      },
    ],
  },
  "another host name, and settings of a service": {
    from: pools(WEB),
    to: pools(WEB).replace("storm.example.com", "storm.example.org"),
    steps: [step("update", "storm:compose:ComposeStack$command:remote:Command", "stack-web", { stdin: "update" })],
    urls: {
      "web/page": "https://page.web.dev.storm.example.com:8443/app",
      "web/old": "https://old.web.dev.storm.example.com",
    },
    rendered: [
      {
        name: "web",
        routes: [
          { service: "page", host: "page.web.dev.storm.example.org", port: 80, path: "/app" },
          { service: "api", host: "api.web.dev.storm.example.org", port: 80, path: "/" },
        ],
      },
    ],
    stacksBefore: [
      {
        stack: "web",
        compose: {
          ...web("nginx:1", { environment: { LEVEL: CANARY, MODE: "a" }, command: CANARY, labels: { a: "b" } }).compose,
          volumes: { data: {}, old: {}, same: {} },
        },
      },
    ],
    stacksAfter: [
      {
        stack: "web",
        compose: {
          ...web("nginx:1", { environment: { LEVEL: `${CANARY}2`, MODE: "a", NEW: "1" }, labels: { a: "b" } }).compose,
          volumes: { data: { driver: "x" }, new: {}, same: {} },
        },
      },
    ],
  },
  "production begins": {
    from: pools(WEB),
    to: `production: true${pools(WEB)}`,
    steps: [protection("same", "web-1-data", [false, true]), protection("update", "zone", [false, true])],
  },
  "production ends": {
    from: pools(WEB),
    to: pools(WEB),
    steps: [protection("same", "web-1-data", [true, false]), protection("same", "zone", [true, true])],
  },
  "limit exceeded": { from: pools(WEB, LIMITED), to: pools(WEB.replace("count: 2", "count: 4"), LIMITED) },
  "refused by a policy": {
    from: pools(WEB),
    to: pools(WEB.replace("count: 2", "count: 3")),
    steps: [machine("create", "web-3")],
    more: [
      { policyEvent: mandatory },
      { policyEvent: { ...mandatory, policyName: "spot", enforcementLevel: "warning", message: "spot is cheaper" } },
      { diagnosticEvent: { message: "preview failed\n", color: "never", severity: "error" } },
    ],
  },
  "refused by the program": {
    from: pools(WEB),
    to: pools(WEB),
    more: [
      {
        diagnosticEvent: {
          message: "<{%reset%}>This would make 2 of 3 managers anew<{%reset%}>",
          color: "never",
          severity: "error",
        },
      },
    ],
  },
};
