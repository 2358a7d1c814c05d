/** What both certificate resources share: inputs, defaults and renewal. */
import type { CheckFailure, Fields } from "../shared/fields";
import type { Diff, ResourceType } from "../shared/resource";
import { revealMap, unknown, type ValueMap } from "../shared/values";
import type { Issued } from "./certificate";
import { checkKey, keyFields, withoutWriteOnly } from "./key-input";
import { diffAgainstState } from "./replacement";
import { ALLOWED_USES } from "./usages";

const HOUR_MS = 3_600_000;
const COMMON_FIELDS: Fields = {
  allowedUses: { type: "strings", required: true, oneOf: ALLOWED_USES, change: "replace" },
  validityPeriodHours: { type: "integer", required: true, min: 0, change: "replace" },
  // The one input that can change in place: it only moves the moment of renewal.
  earlyRenewalHours: { type: "integer", min: 0 },
  isCaCertificate: { type: "boolean", change: "replace" },
  maxPathLength: { type: "integer", min: -1, change: "replace" },
  setSubjectKeyId: { type: "boolean", change: "replace" },
};
const COMMON_DEFAULTS: ValueMap = { earlyRenewalHours: 0, isCaCertificate: false, setSubjectKeyId: false };

export interface CertKind {
  /** The input that holds the signing key. */
  readonly keyName: string;
  /** The output that names the signing key's algorithm. */
  readonly algorithmName: string;
  readonly fields: Fields;
  readonly defaults?: ValueMap;
  check?(inputs: ValueMap): CheckFailure[];
  issue(settings: ValueMap): Issued & { readonly algorithm: string };
}

/** A certificate: replaced on any change but that of `earlyRenewalHours`, and when it is due for renewal. */
export function certType(kind: CertKind): ResourceType {
  const fields: Fields = { ...COMMON_FIELDS, ...keyFields(kind.keyName), ...kind.fields };
  const defaults = { ...COMMON_DEFAULTS, ...kind.defaults };
  const wanted = (inputs: ValueMap): ValueMap => {
    const state = { ...defaults, ...withoutWriteOnly(kind.keyName, inputs) };
    return { ...state, readyForRenewal: alwaysDue(state) };
  };
  return {
    inputs: fields,
    check: (inputs) => [...checkKey(kind.keyName, inputs), ...(kind.check?.(inputs) ?? [])],
    diff(_oldInputs, oldState, inputs) {
      const { maxPathLength, ...rest } = oldState;
      // Leaving `maxPathLength` out again keeps the certificate as it is.
      const before = inputs["maxPathLength"] === undefined || maxPathLength === undefined ? rest : oldState;
      return { ...diffAgainstState(fields, before, wanted(inputs)), ...renewal(oldState, wanted(inputs)) };
    },
    preview: (inputs, oldState) =>
      oldState
        ? { ...oldState, ...wanted(inputs) }
        : {
            ...wanted(inputs),
            certPem: unknown,
            [kind.algorithmName]: unknown,
            validityStartTime: unknown,
            validityEndTime: unknown,
          },
    async create(_call, inputs) {
      const { id, algorithm, ...issued } = kind.issue({ ...defaults, ...revealMap(inputs) });
      return { id, state: { ...wanted(inputs), ...issued, [kind.algorithmName]: algorithm } };
    },
    update: async (_call, oldState, inputs) => ({ ...oldState, ...wanted(inputs) }),
    read: (state) => (due(state, state) ? { ...state, readyForRenewal: true } : state),
  };
}

/** A certificate that is due is replaced by a plain `up`, whether a refresh noticed it before or not. */
function renewal(oldState: ValueMap, inputs: ValueMap): Diff {
  return due(oldState, inputs) ? { readyForRenewal: { kind: "update", replace: true } } : {};
}

function due(state: ValueMap, { earlyRenewalHours }: ValueMap): boolean {
  const end = Date.parse(String(revealMap(state)["validityEndTime"]));
  const early = typeof earlyRenewalHours === "number" ? earlyRenewalHours : 0;
  return end - early * HOUR_MS <= Date.now();
}

/** The window of early renewal covers the whole life: due from the first moment. */
function alwaysDue({ validityPeriodHours, earlyRenewalHours }: ValueMap): boolean {
  return validityPeriodHours === 0 || Number(earlyRenewalHours) >= Number(validityPeriodHours);
}
