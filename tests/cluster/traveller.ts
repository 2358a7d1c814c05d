import { type Done, type LabCluster, run } from "./lab";
import { type Operator, Person } from "./person";

/**
 * wg-quick tells names' servers to a program of the distribution, which a node's image does not have: as much of one as it asks for. Docker
 * binds resolv.conf in a container: it is written through.
 */
const RESOLVCONF = `#!/bin/sh
[ "$1" != -a ] || grep nameserver >/etc/resolv.conf
`;

/**
 * A person's machine far from the cluster, with WireGuard's tools, docker's client and curl, and with the bundle alone. What is tried from
 * there goes to mesh addresses, to which nothing but the tunnel leads.
 */
export class Traveller {
  private constructor(
    readonly person: Person,
    readonly address: string,
    private readonly container: string,
  ) {}

  /** Issues a bundle, and brings the tunnel up in a container that runs. */
  static async at(container: string, operator: Operator, who: string, ttl: string): Promise<Traveller> {
    const person = await Person.issue(operator, who, ttl, "--vpn");
    const { folder, vpnAddress = "" } = person.issued;
    const traveller = new Traveller(person, vpnAddress, container);
    const copied = await run("docker", ["cp", folder, `${container}:/bundle`]);
    if (copied.code !== 0) throw new Error(copied.stderr);
    const file = "/usr/local/sbin/resolvconf";
    const up = `printf '%s' '${RESOLVCONF}' >${file} && chmod 755 ${file} && wg-quick up /bundle/wireguard.conf`;
    const done = await traveller.sh(up);
    if (done.code !== 0) throw new Error(done.stdout + done.stderr);
    return traveller;
  }

  /** The same in a container of its own, on the nodes' network, as the internet is that they have public addresses in. It is a guest of the cluster. */
  static async arrive(lab: LabCluster, who: string, ttl: string): Promise<Traveller> {
    const node = lab.container("local-1");
    const format = "{{.Image}} {{range $name, $_ := .NetworkSettings.Networks}}{{$name}}{{end}}";
    const [image = "", network = ""] = (await run("docker", ["inspect", "-f", format, node])).stdout.trim().split(" ");
    const name = `${lab.container("person")}-${who}`;
    const rights = ["--cap-drop", "ALL", "--cap-add", "NET_ADMIN", "--device", "/dev/net/tun"];
    const place = ["--name", name, "--network", network, "--entrypoint", "sleep"];
    const started = await run("docker", ["run", "-d", "--rm", ...place, ...rights, image, "infinity"]);
    if (started.code !== 0) throw new Error(started.stderr);
    lab.guests.push(() => run("docker", ["rm", "-f", name]));
    return Traveller.at(name, lab, who, ttl);
  }

  /** A shell's line on that machine. */
  sh(line: string, seconds = 60): Promise<Done> {
    return run("docker", ["exec", this.container, "sh", "-c", line], seconds);
  }

  /** Whether a TCP connection comes about within two seconds. */
  async connects(address: string, port: number): Promise<boolean> {
    return (await this.sh(`timeout 2 bash -c ': </dev/tcp/${address}/${port}'`)).code === 0;
  }

  /** IPv4 addresses of a name. */
  async ask(name: string): Promise<string[]> {
    const { stdout } = await this.sh(`getent ahostsv4 ${name}`);
    return [...new Set(stdout.split("\n").flatMap((line) => /^[\d.]+/.exec(line)?.[0] ?? []))].sort();
  }

  /** Status and body of Consul's HTTPS, without a token. */
  async consul(path: string, ...more: string[]): Promise<{ status: string; body: string }> {
    const options = ["-s", "-m", "10", "--cacert", "/bundle/consul-ca.pem", "-w", "'\\n%{http_code}'", ...more];
    const { stdout } = await this.sh(`curl ${options.join(" ")} 'https://consul.service.consul:8501${path}'`);
    const at = stdout.lastIndexOf("\n");
    return { status: stdout.slice(at + 1), body: stdout.slice(0, Math.max(at, 0)) };
  }
}
