/** An attribute value as exports in DynamoDB's JSON write it: binary values in Base64. */
export type AttributeValue =
  | { S: string }
  | { N: string }
  | { B: string }
  | { BOOL: boolean }
  | { NULL: true }
  | { SS: string[] }
  | { NS: string[] }
  | { BS: string[] }
  | { L: AttributeValue[] }
  | { M: Record<string, AttributeValue> };

type OnTheWire =
  | Exclude<AttributeValue, { B: string } | { BS: string[] } | { L: AttributeValue[] } | { M: object }>
  | { B: Uint8Array }
  | { BS: Uint8Array[] }
  | { L: OnTheWire[] }
  | { M: Record<string, OnTheWire> };

/** As the SDK takes an item: binary values as bytes. */
export function wire(item: Record<string, AttributeValue>): Record<string, OnTheWire> {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, wireValue(value)]));
}

function wireValue(value: AttributeValue): OnTheWire {
  if ('B' in value) return { B: bytesOf(value.B) };
  if ('BS' in value) return { BS: value.BS.map(bytesOf) };
  if ('L' in value) return { L: value.L.map(wireValue) };
  if ('M' in value) return { M: wire(value.M) };
  return value;
}

const bytesOf = (base64: string): Uint8Array => Uint8Array.from(Buffer.from(base64, 'base64'));

/** A key of the SDK as JSON: where a scan goes on. */
export function plain(key: Record<string, unknown>): Record<string, AttributeValue> {
  return Object.fromEntries(
    Object.entries(key).map(([name, value]) => {
      const { B: bytes } = value as { B?: Uint8Array };
      return [name, bytes === undefined ? (value as AttributeValue) : { B: Buffer.from(bytes).toString('base64') }];
    }),
  );
}
