/** Pebble, Let's Encrypt's authority for tests: issues what real ones would, once the challenge's record is in the lab's DNS. */
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { request } from "node:https";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { messageOf } from "../../../tools/errors";
import { writeAtomically } from "../../../tools/files";
import { sleep } from "../../../tools/processes";
import { issueLeaf, type Pair } from "./ca";
import { FILES, type Settings } from "./folder";

/** Where it has what an authority calls its directory. */
export const PEBBLE_DIRECTORY = "/dir";
/** In its own certificate. */
export const PEBBLE_NAME = "pebble.storm-lab.test";
/** Let's Encrypt's certificates live for 90 days. */
const VALIDITY_SECONDS = 90 * 86_400;
/** Between tries. */
const PAUSE_MS = 300;

/** Writes what it reads at its start. */
export async function configurePebble(folder: string, ca: Pair, { port, management }: Settings["pebble"]) {
  const { certificate, key } = await issueLeaf(ca, [PEBBLE_NAME]);
  writeAtomically(join(folder, FILES.pebbleCertificate), certificate, 0o644);
  writeAtomically(join(folder, FILES.pebbleKey), key, 0o600);
  const pebble = {
    listenAddress: `127.0.0.1:${port}`,
    managementListenAddress: `127.0.0.1:${management}`,
    certificate: FILES.pebbleCertificate,
    privateKey: FILES.pebbleKey,
    httpPort: 80,
    tlsPort: 443,
    ocspResponderURL: "",
    externalAccountBindingRequired: false,
    keyAlgorithm: "ecdsa",
    retryAfter: { authz: 1, order: 1 },
    profiles: { default: { description: "like Let's Encrypt's", validityPeriod: VALIDITY_SECONDS } },
  };
  writeAtomically(join(folder, FILES.pebble), JSON.stringify({ pebble }), 0o600);
}

/**
 * Runs it, again whenever it ends, and writes the root that each run makes anew, with its other keys, in memory. Runs in the folder.
 * `say` is told "ready", and what is the matter when it is not. Gives what ends it.
 */
export function runPebble({ pebble, dns }: Settings, ca: string, say: (state: string) => void): () => void {
  // Without the waits and the refused nonces that are there to find bugs in clients.
  const env = { ...process.env, PEBBLE_VA_NOSLEEP: "1", PEBBLE_WFE_NONCEREJECT: "0" };
  let child: ChildProcess;
  let wanted = true;
  const start = () => {
    if (!wanted) return;
    const log = openSync("pebble.log", "w", 0o600);
    const command = [pebble.program, "-config", FILES.pebble, "-dnsserver", `${dns.address}:${dns.port}`];
    // It would not see that the server is gone: the kernel ends it then.
    child = spawn("setpriv", ["--pdeathsig", "KILL", ...command], { env, stdio: ["ignore", log, log] });
    closeSync(log);
    child.on("close", (code, signal) => {
      say(`pebble ended with ${code ?? signal}, see pebble.log`);
      setTimeout(start, PAUSE_MS);
    });
    void untilReady(child);
  };
  const untilReady = async (run: ChildProcess) => {
    while (run.exitCode === null && run.signalCode === null) {
      try {
        writeAtomically(FILES.roots, await fetchRoot(pebble.management, ca));
        return say("ready");
      } catch (error) {
        say(`pebble does not answer yet: ${messageOf(error)}`);
        await sleep(PAUSE_MS);
      }
    }
  };
  start();
  return () => {
    wanted = false;
    child.kill("SIGKILL");
  };
}

/** @throws Error until it answers. */
function fetchRoot(port: number, ca: string): Promise<string> {
  const [path, servername, signal] = ["/roots/0", PEBBLE_NAME, AbortSignal.timeout(2_000)];
  return new Promise((resolve, reject) => {
    request({ host: "127.0.0.1", port, path, servername, ca, signal, agent: false }, (response) => {
      text(response).then(resolve, reject);
    })
      .on("error", reject)
      .end();
  });
}
