import { policyOfProvider } from "../providers";
import type { Resource } from "../resource";
import type { ResourceRule } from "../rule";

export const protectedData: ResourceRule = {
  name: "protected-data",
  description: "In production, volumes, buckets and zones are protected from deletion.",
  enforcement: "mandatory",
  check: (resource, { spec }) =>
    spec?.production && policyOfProvider(resource.type)?.data.includes(resource.type) ? problems(resource) : [],
};

function problems({ protect, props: { forceDestroy } }: Resource): string[] {
  return [
    ...(protect ? [] : ["the option protect is false; allowed with `production: true`: true"]),
    ...(forceDestroy === true ? ["forceDestroy is true; allowed with `production: true`: false"] : []),
  ];
}
