/** What is tagged as an environment's in DigitalOcean: Droplets and Volumes. Nothing else there has tags. */
import { digitalOceanApi } from "../accounts/digitalocean";
import type { Environment } from "../accounts/reading";
import { jsonOf, request } from "../accounts/request";
import { type Found, Refused } from "./found";

interface Tagged {
  id: string | number;
  name: string;
  tags?: string[];
}

const KINDS = [
  { path: "droplets", word: "machine" },
  { path: "volumes", word: "disk" },
] as const;

/** @param scope of the tags: cluster, environment and region (components/digitalocean/names.ts) */
export async function findDigitalOcean(
  { region, token, env }: { region: string; token: string; env: Environment },
  scope: string,
): Promise<Found[]> {
  const origin = digitalOceanApi(env);
  const ask = async (method: "GET" | "DELETE", path: string) => {
    const { status, text } = await request(method, `${origin}/v2/${path}`, { authorization: `Bearer ${token}` });
    const answer = jsonOf(text);
    if (status < 300) return answer ?? {};
    throw new Refused(`${method} ${path.split("?")[0]} ${String(answer?.["id"] ?? status)}`);
  };
  const found: Found[] = [];
  for (const { path, word } of KINDS) {
    for (let page = 1, more = true; more; page++) {
      const answer = await ask("GET", `${path}?per_page=200&page=${page}`);
      for (const { id, name, tags } of (answer[path] ?? []) as Tagged[])
        if (tags?.includes(`owner:${scope}`))
          found.push({
            place: `DigitalOcean ${region}`,
            what: `${word} ${name} (${id})`,
            id: String(id),
            remove: async () => void (await ask("DELETE", `${path}/${encodeURIComponent(id)}`)),
          });
      more = (answer["links"] as { pages?: { next?: unknown } } | undefined)?.pages?.next !== undefined;
    }
  }
  return found;
}
