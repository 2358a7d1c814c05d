import { existsSync } from "node:fs";
import { buildGoModule } from "../lab/binaries/build";
import { ensureConsul } from "../lab/binaries/consul";
import { recipes } from "../lab/binaries/recipes";
import { together } from "../lab/binaries/together";
import { run } from "./command";
import { ensurePackages, isMissing, needs } from "./debian-packages";
import { cacheFolder } from "./paths";
import type { Output } from "./report";
import { Steps } from "./steps";

const fastTools = [needs.shellcheck, needs.python];

/** What the tests need besides the program's own parts. */
export interface TestNeeds {
  /** The guestbook's tests speak to it. */
  ferretdb: string;
}

/** What the fast tests need. */
export async function setUpFastTests(output: Output): Promise<void> {
  const steps = new Steps(output, { quiet: true });
  void steps.step("Test tools", [], async (say) => {
    await ensurePackages(fastTools, say);
    return { value: undefined };
  });
  await steps.finish();
}

/** What all of them need. */
export async function setUpTests(output: Output): Promise<TestNeeds> {
  const steps = new Steps(output, { quiet: true });
  void steps.step("Test tools", [], async (say) => {
    const bringsServer = isMissing(needs.sshd);
    const slow = [needs.ssh, needs.sshd, needs.openssl, needs.lego, needs.curl, needs.jq];
    await ensurePackages([...fastTools, ...slow], say);
    // The tests start servers of their own; nobody asked for one that is open to the network.
    if (bringsServer && existsSync("/run/systemd/system")) {
      await run("systemctl", ["disable", "--now", "ssh.service"], { allowFailure: true });
    }
    return { value: undefined };
  });
  // On this machine itself, for tests/acme and tests/enrolment: where the node image is there, nobody has built it for that.
  void steps.step("Consul", [], async (say) => {
    await ensureConsul(cacheFolder(), say);
    return { value: undefined };
  });
  // For tests/acme; lego comes with the other Debian packages.
  void steps.step("ACME authority", [], async (say) => {
    const wanted = [recipes.pebble, recipes.challengeServer];
    await together(...wanted.map((recipe) => buildGoModule(recipe, cacheFolder(), say)));
    return { value: undefined };
  });
  const ferretdb = steps.step("FerretDB", [], async (say) => ({
    value: await buildGoModule(recipes.ferretdb, cacheFolder(), say),
  }));
  await steps.finish();
  return { ferretdb: await ferretdb };
}
