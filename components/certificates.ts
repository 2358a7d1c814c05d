import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";

const YEAR_HOURS = 8760;

export interface AuthorityArgs {
  commonName: string;
  /** Default: ten years; renewed one year before its end. */
  validityPeriodHours?: number;
}

/** What signs: an authority that was made here, or that comes from another stack. */
export interface Signer {
  /** Secret. */
  readonly keyPem: pulumi.Output<string>;
  readonly certPem: pulumi.Output<string>;
}

/** A certificate authority of one purpose: what one of them signs, no other part of the cluster believes. */
export class Authority extends pulumi.ComponentResource implements Signer {
  readonly keyPem: pulumi.Output<string>;
  readonly certPem: pulumi.Output<string>;

  constructor(name: string, args: AuthorityArgs, opts?: pulumi.ComponentResourceOptions) {
    super("storm:certificates:Authority", name, {}, opts);
    this.keyPem = privateKey(`${name}-key`, this).privateKeyPem;
    this.certPem = new tls.SelfSignedCert(
      `${name}-cert`,
      {
        privateKeyPem: this.keyPem,
        subject: { commonName: args.commonName, organization: "Storm" },
        isCaCertificate: true,
        setSubjectKeyId: true,
        allowedUses: ["cert_signing", "crl_signing", "digital_signature"],
        validityPeriodHours: args.validityPeriodHours ?? 10 * YEAR_HOURS,
        earlyRenewalHours: YEAR_HOURS,
      },
      { parent: this },
    ).certPem;
    this.registerOutputs({ certPem: this.certPem });
  }
}

export interface CertificateArgs {
  authority: Signer;
  commonName: string;
  uses: ("server_auth" | "client_auth")[];
  dnsNames?: pulumi.Input<string>[];
  ipAddresses?: pulumi.Input<string>[];
  /** Default: one year. */
  validityPeriodHours?: number;
  /** From how long before its end on the next `up` renews it; default: 30 days. */
  earlyRenewalHours?: number;
}

/** A key with its certificate, whether it was made here or comes from another stack. */
export interface SignedKey {
  /** Secret. */
  readonly keyPem: pulumi.Output<string>;
  readonly certPem: pulumi.Output<string>;
  /** Of the authority: what the other side has to believe. */
  readonly caPem: pulumi.Output<string>;
}

/** A key and a certificate signed by one of the cluster's authorities. */
export class Certificate extends pulumi.ComponentResource implements SignedKey {
  readonly keyPem: pulumi.Output<string>;
  readonly certPem: pulumi.Output<string>;
  readonly caPem: pulumi.Output<string>;
  /** RFC 3339. */
  readonly expires: pulumi.Output<string>;

  constructor(name: string, args: CertificateArgs, opts?: pulumi.ComponentResourceOptions) {
    super("storm:certificates:Certificate", name, {}, opts);
    const parent = { parent: this };
    const key = privateKey(`${name}-key`, this);
    const request = new tls.CertRequest(
      `${name}-request`,
      {
        privateKeyPem: key.privateKeyPem,
        subject: { commonName: args.commonName, organization: "Storm" },
        dnsNames: args.dnsNames,
        ipAddresses: args.ipAddresses,
      },
      parent,
    );
    const signed = new tls.LocallySignedCert(
      `${name}-cert`,
      {
        certRequestPem: request.certRequestPem,
        caPrivateKeyPem: args.authority.keyPem,
        caCertPem: args.authority.certPem,
        allowedUses: ["digital_signature", "key_encipherment", ...args.uses],
        validityPeriodHours: args.validityPeriodHours ?? YEAR_HOURS,
        earlyRenewalHours: args.earlyRenewalHours ?? 30 * 24,
      },
      parent,
    );
    this.keyPem = key.privateKeyPem;
    this.certPem = signed.certPem;
    this.caPem = args.authority.certPem;
    this.expires = signed.validityEndTime;
    this.registerOutputs({ certPem: this.certPem });
  }
}

/** P-256: small, quick on a busy machine, and known to every client that may come. */
function privateKey(name: string, parent: pulumi.Resource): tls.PrivateKey {
  return new tls.PrivateKey(name, { algorithm: "ECDSA", ecdsaCurve: "P256" }, { parent });
}
