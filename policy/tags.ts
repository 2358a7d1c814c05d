/** Tags of a resource, however its cloud writes them. */
import { policyOfProvider } from "./providers";
import type { Resource } from "./resource";
import { isUnknown, type Props, present, props } from "./values";

/** Tags by key. Undefined when they are not known yet. */
export function tagsOf(resource: Resource): Props | undefined {
  const provider = policyOfProvider(resource.type);
  const given = provider === undefined ? present(resource.props["tags"]) : provider.tags(resource);
  if (given.some(isUnknown)) return undefined;
  return Object.assign({}, ...given.map(provider?.tagsFrom ?? props)) as Props; // of mappings of values
}
