/** What previews on official plugins need, tried with stand-ins: it is in a lab's entry program, and nowhere else. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { PreviewLab, SUITE_TIMEOUT_MS } from "./lab";
import { standInOnly } from "./official";

jest.setTimeout(SUITE_TIMEOUT_MS);

const ROOT = join(__dirname, "..", "..");
const STORM_YML = "Hostname: storm.example.com\nAWS: [1, small]\nnetwork: {adminCidrs: [203.0.113.7/32]}\n";
const here = standInOnly("it is about the stand-ins' own program");

async function planned(program: "own" | "official") {
  const lab = await PreviewLab.start(false, program);
  const seen = await lab.preview(STORM_YML).finally(() => lab.stop());
  const input = (type: string, name: string) => seen.resources.find((each) => each.type.endsWith(type))?.inputs[name];
  return {
    asked: ["skipCredentialsValidation", "skipRequestingAccountId"].map((name) => input("providers:aws", name)),
    image: input(":Instance", "ami"),
  };
}

here("the official program asks no account, and takes its images from storm.lock", async () => {
  expect(await planned("official")).toEqual({ asked: [true, true], image: "ami-0a00000000000a64d" });
});

here("the program of a real stack checks its credentials and looks its image up", async () => {
  const { asked, image } = await planned("own");
  expect(asked).toEqual(["false", undefined]);
  expect(image).not.toBe("ami-0a00000000000a64d");
});

test("no file of the program knows how to leave the account out", () => {
  const folders = ["boot", "cli", "components", "compose", "plan", "policy", "spec", "stacks", "tools"];
  const files = folders.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" }).map((name) => join(ROOT, folder, name)),
  );
  const sources = [...files.filter((file) => /\.(ts|js)$/.test(file)), join(ROOT, "index.ts"), join(ROOT, "index.js")];
  expect(sources.length).toBeGreaterThan(200);
  const knowing = sources.filter((file) =>
    /skipRequestingAccountId|skipCredentialsValidation|skipMetadataApiCheck|skipRegionValidation/.test(
      readFileSync(file, "utf8"),
    ),
  );
  expect(knowing).toEqual([]);
});
