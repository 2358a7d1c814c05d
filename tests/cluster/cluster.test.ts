import { LabCluster } from "./lab";
import { access } from "./scenarios/access";
import { crashes } from "./scenarios/crashes";
import { credentials } from "./scenarios/credentials";
import { deployments } from "./scenarios/deployments";
import { failures } from "./scenarios/failures";
import { idempotence } from "./scenarios/idempotence";
import { names } from "./scenarios/names";
import { outbound } from "./scenarios/outbound";
import { readme } from "./scenarios/readme";
import { registration } from "./scenarios/registration";
import { rotation } from "./scenarios/rotation";
import { scaling } from "./scenarios/scaling";
import { secretSet } from "./scenarios/secret-set";
import { secrets } from "./scenarios/secrets";
import { vpn } from "./scenarios/vpn";
import { whoami } from "./scenarios/whoami";
import { status } from "./scenarios/status";
import { stormYml } from "./storm-yml";

jest.setTimeout(900_000);

// One cluster for all of them: each scenario leaves it whole. The stack has a name of its own, so that a running
// `npm start` of this checkout is not touched.
const lab = new LabCluster(`t${process.pid}`);
let firstUpSeconds = 0;

beforeAll(async () => {
  const began = Date.now();
  const done = await lab.start(stormYml(3));
  if (done.code !== 0) throw new Error(`the cluster did not come up:\n${done.stdout}\n${done.stderr}`);
  firstUpSeconds = (Date.now() - began) / 1000;
  await lab.whole(60);
});

afterAll(async () => {
  await lab.stop();
});

describe("access", () => access(lab));
describe("names", () => names(lab));
// What expires in a minute does so while others run.
const atTheirEnd: (() => void)[] = [];
describe("credentials", () => void atTheirEnd.push(credentials(lab)));
// First the last that ends: the list of people then has nobody whose minute is still running.
describe("credentials with a VPN peer", () => void atTheirEnd.unshift(vpn(lab)));
describe("idempotence", () => idempotence(lab));
describe("registration", () => registration(lab));
describe("credentials at their end", () => {
  atTheirEnd.forEach((tests) => tests());
  afterAll(() => lab.endGuests());
});
describe("readme", () => readme(lab));
describe("deployments", () => deployments(lab));
describe("rotation", () => rotation(lab));
describe("scaling", () => scaling(lab));
let watched = () => {};
describe("outbound", () => void (watched = outbound(lab)));
describe("secret set", () => secretSet(lab));
describe("outbound, at its end", () => watched());
describe("secrets", () => secrets(lab));
describe("whoami", () => whoami(lab));
describe("status", () => status(lab));
describe("failures", () => failures(lab));
describe("crashes", () => crashes(lab, () => firstUpSeconds));
