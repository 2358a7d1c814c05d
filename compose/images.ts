import type { RenderInput } from "./types";

const DOCKER_HUB = "docker.io";

/** The image's name as the nodes ask for it: its registry replaced where `imageRewrite` says so. Names of Docker Hub count as "docker.io/...". */
export function rewriteImage(image: string, rewrite: RenderInput["imageRewrite"]): string {
  if (rewrite === undefined) return image;
  if (typeof rewrite === "function") return rewrite(image);
  const whole = withRegistry(image);
  for (const [from, to] of Object.entries(rewrite)) {
    if (whole.startsWith(`${from}/`)) return to + whole.slice(from.length);
  }
  return image;
}

function withRegistry(image: string): string {
  const first = image.split("/")[0] ?? "";
  if (image.includes("/") && (/[.:]/.test(first) || first === "localhost")) return image;
  return image.includes("/") ? `${DOCKER_HUB}/${image}` : `${DOCKER_HUB}/library/${image}`;
}
