import type { ReadMachine } from "./provider";

export const machines: ReadMachine = {
  "digitalocean:index/droplet:Droplet": (inputs, outputs) => ({
    region: inputs["region"] ?? outputs["region"],
    size: inputs["size"],
    // A slug is what its publisher moves: it pins nothing.
    image: /^\d+$/.test(String(inputs["image"] as string | number)) ? inputs["image"] : undefined,
  }),
};
