/** Subjects of certificates: the `subject` input as a distinguished name, in the order and string types of the official plugin. */
import { AttributeTypeAndValue, AttributeValue, Name, RelativeDistinguishedName } from "@peculiar/asn1-x509";
import type { Fields } from "../shared/fields";
import { isMap } from "../shared/fields";
import type { Value } from "../shared/values";

const EMAIL = "1.2.840.113549.1.9.1";
/** In the order in which they are written. */
const ATTRIBUTES: readonly (readonly [property: string, oid: string])[] = [
  ["country", "2.5.4.6"],
  ["organization", "2.5.4.10"],
  ["organizationalUnit", "2.5.4.11"],
  ["locality", "2.5.4.7"],
  ["province", "2.5.4.8"],
  ["streetAddresses", "2.5.4.9"],
  ["postalCode", "2.5.4.17"],
  ["commonName", "2.5.4.3"],
  ["serialNumber", "2.5.4.5"],
  ["emailAddress", EMAIL],
];

export const SUBJECT_FIELDS: Fields = Object.fromEntries(
  ATTRIBUTES.map(([property]) => [property, { type: property === "streetAddresses" ? "strings" : "string" }]),
);

/** The name of a `subject` input; empty without one. */
export function nameOf(subject: Value | undefined): Name {
  const given = isMap(subject) ? subject : {};
  return new Name(
    ATTRIBUTES.flatMap(([property, oid]) => {
      const value = given[property];
      const texts = (Array.isArray(value) ? value : [value]).filter((text): text is string => typeof text === "string");
      return texts.length > 0 ? [attribute(oid, texts)] : [];
    }),
  );
}

/** A request's subject as a certificate takes it over: the known attributes alone, in the usual order, no e-mail address. */
export function normalized(name: Name): Name {
  const all = name.flatMap((part) => [...part]);
  return new Name(
    ATTRIBUTES.filter(([, oid]) => oid !== EMAIL).flatMap(([, oid]) => {
      const texts = all.filter(({ type }) => type === oid).map(({ value }) => value.toString());
      return texts.length > 0 ? [attribute(oid, texts)] : [];
    }),
  );
}

function attribute(oid: string, texts: readonly string[]): RelativeDistinguishedName {
  const values = texts.map((text) => new AttributeTypeAndValue({ type: oid, value: stringValue(oid, text) }));
  return new RelativeDistinguishedName(values);
}

function stringValue(oid: string, text: string): AttributeValue {
  if (oid === EMAIL) {
    return new AttributeValue({ ia5String: text });
  }
  return new AttributeValue(
    /^[A-Za-z0-9 '()+,\-./:=?]*$/.test(text) ? { printableString: text } : { utf8String: text },
  );
}
