/** What is tagged as an environment's in Azure: its resource groups, which hold all else. */
import { AZURE, errorCode, login, type Principal } from "../accounts/azure";
import { jsonOf, request } from "../accounts/request";
import { type Found, type Mark, Refused } from "./found";

const VERSION = "2021-04-01";

interface Group {
  id: string;
  name: string;
  location: string;
  tags?: Record<string, string>;
}

export async function findAzure(
  { who, subscription, places = AZURE }: { who: Principal; subscription: string; places?: typeof AZURE },
  { owner, stack }: Mark,
): Promise<Found[]> {
  const entered = await login(who, places);
  if (!("token" in entered)) throw new Refused(entered.refusal);
  const groups = `${places.management}/subscriptions/${encodeURIComponent(subscription)}/resourcegroups`;
  const ask = async (method: "GET" | "DELETE", url: string) => {
    const { status, text } = await request(method, url, { authorization: `Bearer ${entered.token}` });
    const answer = jsonOf(text);
    if (status < 300) return answer ?? {};
    throw new Refused(`${method} resourcegroups ${errorCode(answer) ?? status}`);
  };
  const found: Found[] = [];
  // It filters by one tag only.
  const filter = encodeURIComponent(`tagName eq 'owner' and tagValue eq '${owner}'`);
  let next: unknown = `${groups}?api-version=${VERSION}&$filter=${filter}`;
  while (typeof next === "string") {
    const { value, nextLink } = await ask("GET", next);
    for (const { id, name, location, tags } of (value ?? []) as Group[])
      if (tags?.["owner"] === owner && tags["stack"] === stack)
        found.push({
          place: `Azure ${location}`,
          what: `resource group ${name}, with all that is in it`,
          id,
          remove: async () =>
            void (await ask("DELETE", `${groups}/${encodeURIComponent(name)}?api-version=${VERSION}`)),
        });
    next = nextLink;
  }
  return found;
}
