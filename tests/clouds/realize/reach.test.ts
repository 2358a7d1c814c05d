/** Who reaches whom, metadata and balancers: real namespaces and containers, whose machines answer without booting. */
import { A, B, C, NAT, BALANCER, all, front, stand, type Standing } from "./small-world";
import { fromHere, fromMachine, fromVisitors, inside, LAB, must, output, until } from "./support";

jest.setTimeout(60_000);

let standing: Standing;
beforeAll(async () => {
  standing = await stand();
}, 600_000);
afterAll(() => standing.end(), 120_000);

const udp = (id: string, address: string) =>
  inside(
    id,
    `python3 -c 'import socket; s = socket.socket(2, 2); s.settimeout(2); s.bind(("", 51821)); s.sendto(b"x", ("${address}", 51820)); print(s.recv(99).decode())' 2>&1 | tail -1`,
  );

describe("who reaches whom", () => {
  test("from the internet only what is allowed, the first rule that fits deciding", async () => {
    expect(await fromVisitors(A, 80)).toBe("a 198.18.1.10");
    expect(await fromVisitors(A, 81)).toBe("");
    expect(await fromVisitors(A, 82)).toBe("");
    expect(await fromVisitors(A, 83)).toBe("");
    expect(await fromVisitors(B, 80)).toBe("");
  });

  test("the admin network is a source of its own", async () => {
    expect(await fromHere(A, 81)).toBe("a 198.18.0.1");
    expect(await fromHere(A, 82)).toBe("");
  });

  test("two networks may have the same addresses", async () => {
    expect(await fromVisitors(C, 80)).toBe("c 198.18.1.10");
    expect(await fromMachine("a", C, 80)).toBe(`c ${A}`);
    expect(await fromMachine("a", "10.0.1.4", 80)).toBe("a 10.0.1.4");
  });

  test("by public addresses inside one network the sender's public one shows, as rules see it", async () => {
    expect(await fromMachine("a", B, 80)).toBe(`b ${A}`);
    expect(await fromMachine("a", B, 81)).toBe("");
    expect(await udp("a", B)).toBe(`b ${A}`);
  });

  test("by private addresses the private one shows, and rules hold there too", async () => {
    expect(await fromMachine("a", "10.0.1.5", 81)).toBe("b 10.0.1.4");
    expect(await fromMachine("a", "10.0.1.5", 80)).toBe("");
    expect(await fromMachine("a", "10.0.2.4", 80)).toBe("hidden 10.0.1.4");
  });

  test("UDP keeps its ports, as a mesh needs it", async () => {
    expect(await udp("a", C)).toBe(`c ${A}`);
    expect(await udp("b", C)).toContain("timed out");
  });

  test("without any address on the internet a machine does not get out; with a NAT gateway's it does", async () => {
    expect(await fromMachine("hidden", A, 80)).toBe("");
    expect(await fromMachine("natted", C, 80)).toBe(`c ${NAT}`);
    expect(await fromMachine("natted", A, 80)).toBe(`a ${NAT}`);
    expect(await fromVisitors(NAT, 80)).toBe("");
  });

  test("nobody speaks under another's address", async () => {
    await inside("hidden", "ip addr add 10.0.1.5/32 dev eth0");
    const spoofed = 'curl -s -m 2 --interface 10.0.1.5 http://10.0.1.4/ || echo "nothing"';
    expect(await inside("hidden", spoofed)).toBe("nothing");
    await inside("hidden", "ip addr del 10.0.1.5/32 dev eth0");
  });

  test("machines have the lab's resolver and their names", async () => {
    expect(await inside("a", "cat /etc/resolv.conf")).toBe("nameserver 198.18.0.53");
    expect(await inside("a", "getent ahostsv4 a | head -1")).toMatch(/^127\.0\.1\.1 /);
  });
});

describe("metadata", () => {
  const token = "-X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 60' http://169.254.169.254/latest/api/token";
  const get = (path: string) =>
    `curl -sf -m 5 -H "X-aws-ec2-metadata-token: $(curl -sf -m 5 ${token})" http://169.254.169.254/latest/${path}`;

  test("of AWS: to the machine, with a token only", async () => {
    expect(await inside("a", get("meta-data/public-ipv4"))).toBe(A);
    expect(await inside("a", get("meta-data/"))).toBe("instance-id\npublic-ipv4\nplacement/");
    expect(await inside("a", get("user-data"))).toBe("#cloud-config\n{}");
    expect(await inside("b", get("meta-data/instance-id"))).toBe("i-b");
    const without = "curl -s -m 5 -o /dev/null -w '%{http_code}' http://169.254.169.254/latest/meta-data/";
    expect(await inside("a", without)).toBe("401");
  });

  test("of Azure: its load balancer's public address", async () => {
    const url = "http://169.254.169.254/metadata/loadbalancer?api-version=2020-10-01";
    const answer = JSON.parse(await inside("c", `curl -sf -m 5 -H 'Metadata: true' '${url}'`)) as object;
    expect(answer).toMatchObject({ loadbalancer: { publicIpAddresses: [{ frontendIpAddress: C }] } });
    expect(await inside("c", `curl -s -m 5 '${url}'`)).toContain("Metadata");
  });

  test("never reaches a bridged container, which reaches everything else", async () => {
    const bridge = [
      "ip link add inner type bridge && ip addr add 172.30.0.1/24 dev inner && ip link set inner up",
      "unshare --net sleep 120 & sleep 0.3; pid=$!",
      "ip link add v0 type veth peer name eth0 netns $pid && ip link set v0 master inner up",
      'guest() { nsenter --net=/proc/$pid/ns/net "$@"; }',
      "guest ip addr add 172.30.0.2/24 dev eth0 && guest ip link set eth0 up && guest ip route add default via 172.30.0.1",
      "sysctl -qw net.ipv4.ip_forward=1 && nft add table ip t",
      "nft 'add chain ip t p { type nat hook postrouting priority 100; }' && nft add rule ip t p ip saddr 172.30.0.0/24 masquerade",
      `guest curl -s -m 3 http://${C}/; echo`,
      `guest curl -s -m 3 ${token} || echo refused`,
      "kill $pid",
    ];
    expect(await inside("a", bridge.join("\n"))).toBe(`c ${A}\nrefused`);
  });

  test("comes back when its process dies", async () => {
    const [pid] = (await must("ip", "netns", "pids", `storm-${LAB}-net-one`)).split("\n");
    process.kill(Number(pid), "SIGKILL");
    await until(20, "i-a", () => inside("a", get("meta-data/instance-id")));
    expect(standing.said.join()).toContain("the metadata service of one ended (SIGKILL)");
  });
});

describe("a balancer", () => {
  test("sends to the targets that take connections", async () => {
    await until(10, "a 10.0.1.9", () => fromVisitors(BALANCER)); // b's rules keep it out
  });

  test("takes another configuration without an end; with nobody behind it, it hangs up at once", async () => {
    const started = await must("docker", "inspect", "-f", "{{.State.StartedAt}}", `storm-${LAB}-front`);
    await standing.realizer.apply({ ...all, balancers: [{ ...front, proxyProtocol: true, targets: ["a"] }] });
    await until(10, "a 10.0.1.9 PROXY TCP4 198.18.1.10 10.0.1.9", async () =>
      (await fromVisitors(BALANCER)).replace(/ \d+ 80$/, ""),
    );
    await standing.realizer.apply({ ...all, balancers: [{ ...front, targets: ["b"] }] });
    const code = () =>
      output("sh", "-c", `nsenter --net=${standing.realizer.visitors} curl -s -m 3 http://${BALANCER}/; echo $?`);
    await until(10, "52", code); // an empty reply; 28 were no answer in time
    expect(await must("docker", "inspect", "-f", "{{.State.StartedAt}}", `storm-${LAB}-front`)).toBe(started);
    await standing.realizer.apply(all);
  });
});
