/** Rules as Pulumi's policy SDK takes them. */
import type {
  PolicyConfigSchema,
  PolicyResource,
  PolicyResourceOptions,
  ReportViolation,
  ResourceValidationArgs,
  ResourceValidationPolicy,
  StackValidationPolicy,
} from "@pulumi/policy";
import * as z from "zod";
import type { Spec } from "../spec/spec";
import { placeOf } from "./place";
import type { Resource, StackResource } from "./resource";
import type { ResourceRule, Rule, StackRule } from "./rule";
import { plain, plainProps } from "./values";

/** The first resource of every stack. */
const ROOT = "pulumi:pulumi:Stack";

/** What a resource's own call and the whole stack's have in common. */
interface Given {
  type: string;
  name: string;
  urn: string;
  props: object;
  opts: PolicyResourceOptions;
  provider?: { props: object };
}

/** One rule as a policy of the pack. */
export function policyOf(rule: Rule, spec: Spec | undefined): ResourceValidationPolicy | StackValidationPolicy {
  return "checkStack" in rule ? stackPolicy(rule, spec) : resourcePolicy(rule, spec);
}

function resourcePolicy(rule: ResourceRule, spec: Spec | undefined): ResourceValidationPolicy {
  return {
    ...head(rule),
    validateResource: (args, report) => {
      const resource = resourceOf(args);
      for (const problem of rule.check(resource, { spec, config: plain(args.getConfig()) }))
        report(`${placeOf(spec, resource)}${resource.name}: ${problem}`);
    },
  };
}

function stackPolicy(rule: StackRule, spec: Spec | undefined): StackValidationPolicy {
  const said = new Set<string>();
  const early = (args: ResourceValidationArgs, report: ReportViolation) => {
    if (args.type !== ROOT) return;
    for (const message of rule.checkSpec?.({ spec, config: plain(args.getConfig()) }) ?? []) {
      said.add(message);
      report(message);
    }
  };
  return {
    ...head(rule),
    // The SDK looks for each of the two functions by itself, whatever its types say.
    ...(rule.checkSpec && { validateResource: early }),
    validateStack: (args, report) => {
      const context = { spec, config: plain(args.getConfig()) };
      const findings = rule.checkStack(args.resources.map(stackResourceOf), context);
      for (const { message, urn } of findings) if (!said.has(message)) report(message, urn);
    },
  };
}

function head({ name, description, enforcement, config }: Rule) {
  return { name, description, enforcementLevel: enforcement, ...(config && { configSchema: schemaOf(config) }) };
}

/** The engine checks the pack's configuration by it. */
function schemaOf(config: z.ZodObject): PolicyConfigSchema {
  const { properties = {} } = z.toJSONSchema(config, { io: "input", target: "draft-7", reused: "inline" });
  return { properties: properties as PolicyConfigSchema["properties"] }; // both are JSON Schema, of the same draft
}

function resourceOf({ type, name, urn, props, opts, provider }: Given): Resource {
  return {
    type: type.replace(/^(azure-native:\w+)\/v\w+:/, "$1:"),
    name,
    urn,
    props: plainProps(props),
    protect: opts.protect,
    provider: provider === undefined ? {} : plainProps(provider.props),
  };
}

function stackResourceOf(given: PolicyResource): StackResource {
  const references = Object.entries(given.propertyDependencies).map(([input, resources]): [string, Resource[]] => [
    input,
    resources.map(resourceOf),
  ]);
  return { ...resourceOf(given), references: Object.fromEntries(references) };
}
