import type { ReadMachine } from "./provider";

export const machines: ReadMachine = {
  "digitalocean:index/droplet:Droplet": (inputs, outputs) => ({
    region: inputs["region"] ?? outputs["region"],
    size: inputs["size"],
    image: inputs["image"],
  }),
};
