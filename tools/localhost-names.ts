import { lookup } from "node:dns/promises";
import { canInstall, ensurePackages, needs } from "./debian-packages";
import type { Say } from "./steps";

const example = "guestbook.dev.storm.localhost";

/** True when every program finds *.localhost. curl and browsers do so by themselves, glibc's resolver may not. */
export async function localhostResolves(): Promise<boolean> {
  try {
    const { address } = await lookup(example);
    return address === "::1" || address.startsWith("127.");
  } catch {
    return false;
  }
}

/** Makes *.localhost resolve where it may; elsewhere returns what to tell the user. Nothing in Storm depends on it. */
export async function ensureLocalhostNames(say: Say): Promise<string | undefined> {
  if (await localhostResolves()) return undefined;
  const advice =
    "Names under .localhost do not resolve in every program here (browsers and curl are fine).\n" +
    `\`sudo apt-get install ${needs.localhostNames.package}\` changes that.`;
  if (!canInstall()) return advice;
  return ensurePackages([needs.localhostNames], say).then(
    () => undefined,
    () => advice,
  );
}
