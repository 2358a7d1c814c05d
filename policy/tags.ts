/** Tags of a resource, however its cloud writes them. */
import type { Resource } from "./resource";
import { isUnknown, json, type Props, props, rows, texts, type Value } from "./values";

/**
 * Tags by key. AWS and Azure have keys and values. DigitalOcean's tags are plain words: Storm writes "owner:ops" for the
 * key "owner". Undefined when they are not known yet.
 */
export function tagsOf(resource: Resource): Props | undefined {
  const [cloud] = resource.type.split(":");
  const given = tagValues(resource);
  if (given.some(isUnknown)) return undefined;
  if (cloud === "digitalocean") return Object.fromEntries(given.flatMap(texts).map(keyAndValue));
  return Object.assign({}, ...given.map(asMapping)) as Props; // of mappings of values
}

/** Everywhere the tags may be: on the resource itself, or by its provider's defaults. */
function tagValues({ type, props: own, provider }: Resource): Value[] {
  if (type === "digitalocean:index/dropletAutoscale:DropletAutoscale")
    return rows(own["dropletTemplate"]).flatMap(({ tags }) => present(tags));
  // Settings of a provider that are no text come as JSON.
  const defaults = type.startsWith("aws:") ? present(props(json(provider["defaultTags"]))["tags"]) : [];
  return [...defaults, ...present(own["tagsAll"]), ...present(own["tags"])];
}

/** An Auto Scaling group has a list of {key, value}. */
function asMapping(value: Value): Props {
  if (!Array.isArray(value)) return props(value);
  return Object.fromEntries(rows(value).map(({ key, value: tag }) => [String(key), tag ?? ""]));
}

function keyAndValue(word: string): [string, string] {
  const colon = word.indexOf(":");
  return colon < 0 ? [word, ""] : [word.slice(0, colon), word.slice(colon + 1)];
}

function present(value: Value | undefined): Value[] {
  return value === undefined || value === null ? [] : [value];
}
