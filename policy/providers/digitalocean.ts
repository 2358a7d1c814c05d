import type { StackResource } from "../resource";
import { isUnknown, number, present, type Props, props, rows, texts } from "../values";
import type { Found, ProviderPolicy } from "./provider";

const AUTOSCALE = "digitalocean:index/dropletAutoscale:DropletAutoscale";

export const provider: ProviderPolicy = {
  package: "digitalocean",
  machines: {
    "digitalocean:index/droplet:Droplet": ({ props: { size } }) => ({ type: size, count: 1 }),
    [AUTOSCALE]: autoscale,
  },
  disks: { "digitalocean:index/volume:Volume": "size" },
  ofPools: ["digitalocean:index/droplet:Droplet", AUTOSCALE, "digitalocean:index/volume:Volume"],
  // Its other resources take no tags.
  ofSites: [],
  data: [
    "digitalocean:index/domain:Domain",
    "digitalocean:index/spacesBucket:SpacesBucket",
    "digitalocean:index/volume:Volume",
  ],
  tags: ({ type, props: own }) => {
    if (type !== AUTOSCALE) return present(own["tags"]);
    const { dropletTemplate: template } = own;
    return isUnknown(template) ? [template] : rows(template).flatMap(({ tags }) => present(tags));
  },
  // Tags are plain words: Storm writes "owner:ops" for the key "owner".
  tagsFrom: (value): Props => Object.fromEntries(texts(value).map(keyAndValue)),
};

function autoscale({ props: pool }: StackResource): Found {
  const { maxInstances, targetNumberInstances } = props(pool["config"]);
  const { size } = props(pool["dropletTemplate"]);
  return { type: size, count: number(maxInstances) ?? number(targetNumberInstances) ?? 0 };
}

function keyAndValue(word: string): [string, string] {
  const colon = word.indexOf(":");
  return colon < 0 ? [word, ""] : [word.slice(0, colon), word.slice(colon + 1)];
}
