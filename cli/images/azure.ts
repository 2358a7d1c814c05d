import { part, type ReadMachine, type Values } from "./provider";

export const machines: ReadMachine = {
  "azure-native:compute:VirtualMachine": (inputs, outputs) => ({
    region: outputs["location"] ?? inputs["location"],
    size: part(inputs, "hardwareProfile")["vmSize"],
    image: imageOf(part(part(inputs, "storageProfile"), "imageReference"), outputs),
  }),
};

/** "publisher:offer:sku:version" with the version that "latest" was, or the image's own id. */
function imageOf(reference: Values, outputs: Values): unknown {
  if (typeof reference["id"] === "string") return reference["id"];
  const exact = part(part(outputs, "storageProfile"), "imageReference")["exactVersion"];
  const version = reference["version"] === "latest" ? exact : reference["version"];
  const words = [reference["publisher"], reference["offer"], reference["sku"], version];
  return words.every((word) => typeof word === "string" && word !== "") ? words.join(":") : undefined;
}
