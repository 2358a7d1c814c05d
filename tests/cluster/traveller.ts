import { type Done, type LabCluster, run } from "./lab";
import { Person } from "./person";

/**
 * wg-quick tells names' servers to a program of the distribution, which a node's image does not have: as much of one as it asks for. Docker
 * binds resolv.conf in a container: it is written through.
 */
const RESOLVCONF = `#!/bin/sh
[ "$1" != -a ] || grep nameserver >/etc/resolv.conf
`;

/**
 * A person's machine far from the cluster: a container with WireGuard's tools, docker's client and curl, and with the bundle alone. It is on
 * the nodes' network, as the internet is that they have public addresses in; what is tried goes to mesh addresses, which are not there.
 */
export class Traveller {
  private constructor(
    readonly person: Person,
    readonly address: string,
    private readonly name: string,
  ) {}

  /** Issues a bundle, starts the machine and brings the tunnel up. */
  static async arrive(lab: LabCluster, who: string, ttl: string): Promise<Traveller> {
    const person = await Person.issue(lab, who, ttl, "--vpn");
    const { folder, vpnAddress = "" } = person.issued;
    const node = lab.container("local-1");
    const format = "{{.Image}} {{range $name, $_ := .NetworkSettings.Networks}}{{$name}}{{end}}";
    const [image = "", network = ""] = (await run("docker", ["inspect", "-f", format, node])).stdout.trim().split(" ");
    const name = `${lab.container("person")}-${who}`;
    const rights = ["--cap-drop", "ALL", "--cap-add", "NET_ADMIN", "--device", "/dev/net/tun"];
    const what = ["-v", `${folder}:/bundle:ro`, "--entrypoint", "sleep"];
    const args = ["run", "-d", "--rm", "--name", name, "--network", network, ...rights, ...what, image, "infinity"];
    const started = await run("docker", args);
    if (started.code !== 0) throw new Error(started.stderr);
    const traveller = new Traveller(person, vpnAddress, name);
    const file = "/usr/local/sbin/resolvconf";
    const up = `printf '%s' '${RESOLVCONF}' >${file} && chmod 755 ${file} && wg-quick up /bundle/wireguard.conf`;
    const done = await traveller.sh(up);
    if (done.code === 0) return traveller;
    await traveller.leave();
    throw new Error(done.stdout + done.stderr);
  }

  /** A shell's line on that machine. */
  sh(line: string, seconds = 60): Promise<Done> {
    return run("docker", ["exec", this.name, "sh", "-c", line], seconds);
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

  leave(): Promise<Done> {
    return run("docker", ["rm", "-f", this.name]);
  }
}
