import { policyOfProvider } from "../providers";
import type { ResourceRule } from "../rule";
import { tagsOf } from "../tags";

export const tags: ResourceRule = {
  name: "tags",
  description: "What costs money says by its tags owner, stack and pool whose it is.",
  enforcement: "mandatory",
  check: (resource) => {
    const provider = policyOfProvider(resource.type);
    const isPools = provider?.ofPools.includes(resource.type) === true;
    if (!isPools && !provider?.ofSites.includes(resource.type)) return [];
    const wanted = isPools ? ["owner", "stack", "pool"] : ["owner", "stack"];
    const found = tagsOf(resource);
    const missing = found === undefined ? [] : wanted.filter((key) => found[key] === undefined || found[key] === "");
    if (missing.length === 0) return [];
    const has = Object.keys(found ?? {});
    return [`the tag ${missing.join(", ")} is missing, it has ${has.length === 0 ? "none" : has.join(", ")}`];
  },
};
