import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { aclDocument } from "../../components/acl";
import { TOKEN_NAMES } from "../../components/secrets";
import { ensureConsul } from "../../lab/binaries/consul";
import { cacheFolder } from "../../tools/paths";

/** Where Consul has to be built first, that takes some minutes. */
const TIMEOUT_MS = 900_000;

let consul: string;
beforeAll(async () => {
  consul = await ensureConsul(cacheFolder(), () => undefined);
}, TIMEOUT_MS);

const token = (digit: number) => {
  const id = (first: string) => `${first.repeat(8)}-0000-8000-8000-${String(digit).padStart(12, "0")}`;
  return { accessor: id("a"), secret: id("b") };
};

test("elastic nodes enrol with a real Consul, and their token does nothing else", () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "storm-enrolment-"));
  const acl = aclDocument({
    management: token(1),
    tokens: Object.fromEntries(TOKEN_NAMES.map((name, index) => [name, token(10 + index)])) as Parameters<
      typeof aclDocument
    >[0]["tokens"], // one entry for each of TOKEN_NAMES
    pools: { "aws-eu-west-1/web": token(2), "aws-eu-west-1/web2": token(3) },
  });
  const aclFile = path.join(folder, "acl.json");
  fs.writeFileSync(aclFile, JSON.stringify(acl));
  try {
    const done = spawnSync("python3", ["-B", "-m", "unittest", "discover", "-s", __dirname, "-p", "test_*.py"], {
      encoding: "utf8",
      timeout: 170_000,
      env: { ...process.env, STORM_TEST_CONSUL: consul, STORM_TEST_ACL: aclFile },
    });
    // unittest reports on standard error; it is the message that a failure needs
    expect(done.status === 0 ? "passed" : done.stderr).toBe("passed");
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}, 180_000);
