import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { awsSource, checkAws } from "../../cli/accounts/aws";
import { signed } from "../../cli/accounts/aws-signature";
import { checkAzure, checkAzureZone } from "../../cli/accounts/azure";
import { checkDigitalOcean, checkDigitalOceanZone } from "../../cli/accounts/digitalocean";
import type { Finding } from "../../cli/accounts/finding";
import { temporaryFolder } from "../tools/support";
import { type CloudApis, cloudApis, GOOD } from "./cloud-apis";

const folder = temporaryFolder();
let apis: CloudApis;
beforeAll(async () => {
  apis = await cloudApis();
});
afterAll(() => apis.close());

const short = ({ outcome, words }: Finding) => `${outcome}: ${words}`;

test("AWS's signature, by the example of AWS's own documentation", () => {
  const url = new URL("https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08");
  const keys = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY" };
  const headers = { "content-type": "application/x-www-form-urlencoded; charset=utf-8" };
  const asked = { method: "GET", url, headers, body: "", region: "us-east-1", service: "iam" } as const;
  expect(signed(keys, asked, new Date("2015-08-30T12:36:00Z"))).toEqual({
    ...headers,
    "x-amz-date": "20150830T123600Z",
    authorization:
      "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, " +
      "SignedHeaders=content-type;host;x-amz-date, " +
      "Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7",
  });
});

describe("AWS", () => {
  const files = () => {
    writeFileSync(
      join(folder, "credentials"),
      "[default]\naws_access_key_id=A\naws_secret_access_key = B \n\n[work]\nAWS_ACCESS_KEY_ID = C\naws_secret_access_key=D\naws_session_token=E\n",
    );
    writeFileSync(join(folder, "config"), "[default]\nregion=a\n[profile staff]\nsso_session = corp\n");
    const [credentials, config] = [join(folder, "credentials"), join(folder, "config")];
    return { AWS_SHARED_CREDENTIALS_FILE: credentials, AWS_CONFIG_FILE: config };
  };

  test("the first place of the provider's chain that has something", () => {
    const places = files();
    const own = { AWS_ACCESS_KEY_ID: "I", AWS_SECRET_ACCESS_KEY: "S" };
    expect(awsSource({ ...places, ...own, AWS_PROFILE: "work" })).toEqual({
      source: "AWS_ACCESS_KEY_ID of the environment",
      keys: { accessKeyId: "I", secretAccessKey: "S" },
    });
    expect(awsSource(places)).toEqual({
      source: "profile default",
      keys: { accessKeyId: "A", secretAccessKey: "B" },
    });
    expect(awsSource({ ...places, AWS_PROFILE: "work" })?.keys).toEqual({
      ...{ accessKeyId: "C", secretAccessKey: "D" },
      sessionToken: "E",
    });
    expect(awsSource({ ...places, AWS_PROFILE: "staff" })).toEqual({ source: "profile staff (sso_session)" });
    expect(awsSource({ AWS_WEB_IDENTITY_TOKEN_FILE: "f", AWS_ROLE_ARN: "r" })).toEqual({
      source: "AWS_ROLE_ARN by OIDC",
    });
    expect(awsSource({ ...places, AWS_PROFILE: "nobody" }, folder, "QEMU")).toBeUndefined();
    const nowhere = join(folder, "no-such-home");
    expect(awsSource({}, nowhere, "QEMU")).toBeUndefined();
    expect(awsSource({}, nowhere, "Amazon EC2")).toEqual({ source: "the machine's own role" });
    expect(awsSource({ AWS_CONTAINER_CREDENTIALS_FULL_URI: "u" }, nowhere, "")).toEqual({
      source: "the container's own role",
    });
  });

  const check = (id: string, secret: string) =>
    checkAws("AWS", { source: "here", keys: { accessKeyId: id, secretAccessKey: secret } }, "eu-west-1", {
      AWS_ENDPOINT_URL: apis.origin,
    });

  test("as whom it works", async () => {
    expect(short(await check(GOOD.aws.id, GOOD.aws.secret))).toBe(
      "ok: account 123456789012, arn:aws:iam::123456789012:user/ops",
    );
  });

  test("a refusal is its code, not its sentence, which repeats the request", async () => {
    expect(short(await check("AKIDBAD", "canary-bad"))).toBe("fail: AWS refuses it: InvalidClientTokenId");
  });

  test("what only the provider can ask for is named and not checked", async () => {
    const { outcome, next } = await checkAws("AWS", { source: "profile staff (sso_session)" }, "eu-west-1", {});
    expect({ outcome, next }).toEqual({
      outcome: "warn",
      next: ["aws sts get-caller-identity     # checks it"],
    });
  });

  test("nobody answers: that is no verdict", async () => {
    const keys = { accessKeyId: "I", secretAccessKey: "S" };
    const env = { AWS_ENDPOINT_URL_STS: "http://127.0.0.1:9" };
    expect(short(await checkAws("AWS", { source: "here", keys }, "eu-west-1", env))).toBe(
      "warn: not checked: 127.0.0.1:9 does not answer",
    );
  });
});

describe("Azure", () => {
  const { tenant, client, secret, assertion } = GOOD.azure;
  const env = { ARM_SUBSCRIPTION_ID: "subscription-1", ARM_TENANT_ID: tenant, ARM_CLIENT_ID: client };
  const places = () => ({ login: apis.origin, management: apis.origin });

  test.each([
    ["a secret", { ...env, ARM_CLIENT_SECRET: secret }, "ok: subscription Production, Enabled"],
    [
      "a token of the CI's",
      { ...env, ARM_USE_OIDC: "true", ARM_OIDC_TOKEN: assertion },
      "ok: subscription Production, Enabled",
    ],
    ["another secret", { ...env, ARM_CLIENT_SECRET: "canary-wrong" }, "fail: Azure's login refuses it: AADSTS7000215"],
    [
      "another subscription",
      { ...env, ARM_CLIENT_SECRET: secret, ARM_SUBSCRIPTION_ID: "subscription-2" },
      "fail: Azure refuses it: AuthorizationFailed",
    ],
    [
      "no subscription",
      { ARM_CLIENT_ID: client, ARM_CLIENT_SECRET: secret },
      "fail: ARM_SUBSCRIPTION_ID and ARM_TENANT_ID have to be set beside it",
    ],
    ["no proof", env, "warn: not checked: neither ARM_CLIENT_SECRET nor a token of OIDC is in the environment"],
    ["nothing at all", { PATH: folder }, "fail: neither ARM_CLIENT_ID in the environment nor Azure's client az"],
  ])("%s", async (_, given, verdict) => {
    expect(short(await checkAzure(given, places()))).toBe(verdict);
  });

  test("who writes records is asked for the zone", async () => {
    const zone = { subscription: "subscription-1", resourceGroup: "dns", name: GOOD.zone };
    const who = { tenant, client, secret };
    expect(short(await checkAzureZone("ACME", "here", who, zone, places()))).toBe(`ok: reads the zone ${GOOD.zone}`);
    expect(short(await checkAzureZone("ACME", "here", who, { ...zone, name: "new.example" }, places()))).toBe(
      "ok: the login works; new.example is not there yet",
    );
  });
});

describe("DigitalOcean", () => {
  const env = () => ({ DIGITALOCEAN_API_URL: apis.origin });

  test("whose account a token opens", async () => {
    expect(short(await checkDigitalOcean("here", GOOD.digitalOcean, env()))).toBe("ok: team Ops, account active");
    expect(short(await checkDigitalOcean("here", "canary-wrong", env()))).toBe(
      "fail: DigitalOcean refuses it: Unauthorized",
    );
  });

  test("a token for one zone is asked for that", async () => {
    const check = (token: string, zone: string) => checkDigitalOceanZone("ACME", "here", token, zone, env());
    expect(short(await check(GOOD.digitalOcean, GOOD.zone))).toBe(`ok: reads the zone ${GOOD.zone}`);
    expect(short(await check(GOOD.digitalOcean, "new.example"))).toBe(
      "ok: the token works; new.example is not there yet",
    );
    expect(short(await check("canary-wrong", GOOD.zone))).toBe("fail: DigitalOcean refuses it: Unauthorized");
  });
});

test("nothing was asked that changes anything", () => {
  const changing = apis.asked.filter(
    (line) => !line.startsWith("GET ") && line !== "POST /" && !line.endsWith("/oauth2/v2.0/token"),
  );
  expect(changing).toEqual([]);
});
