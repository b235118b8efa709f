import type { Clock } from './clock.ts';
import { AwsError, type Call, type Iam, type Intercept, type Permission, type Service } from './service.ts';

/** A call that was allowed, and how it ended. Calls that were refused are not told. */
export interface Told {
  call: Call;
  permissions: Permission[];
  /** Epoch ms: when it was allowed, and when it ended. */
  at: number;
  endedAt: number;
  /** What the caller was answered instead of a result. */
  error?: unknown;
}

interface Surroundings {
  clock: Clock;
  iam: Iam;
  /** Throws `AwsError` for a name that no service has. */
  service(name: string): Service;
  /** The last one is the outermost. */
  intercepts: readonly Intercept[];
  listeners: ReadonlySet<(told: Told) => void>;
}

/** Everything between a call that was read and its result: validation, rights, interceptors, operation. */
export function performer({ clock, iam, service, intercepts, listeners }: Surroundings) {
  return async (call: Call): Promise<unknown> => {
    const called = service(call.service);
    const operation = Object.hasOwn(called.operations, call.operation) && called.operations[call.operation];
    if (!operation) throw unknownOperation(called, call.operation);
    called.validate?.(call.operation, call.input);
    const permissions = authorize(iam, called, call);

    const at = clock.now();
    const tell = (outcome: { error?: unknown }) => {
      for (const listener of listeners) listener({ call, permissions, at, endedAt: clock.now(), ...outcome });
    };
    const perform = intercepts.reduce<() => Promise<unknown>>(
      (inner, around) => () => around(call, inner),
      async () => operation(call),
    );
    try {
      const result = await perform();
      tell({});
      return result;
    } catch (error) {
      tell({ error });
      throw error;
    }
  };
}

function authorize(iam: Iam, service: Service, call: Call): Permission[] {
  const permissions = service.permissions(call);
  const policy = permissions.length > 0 ? service.resourcePolicy?.(call) : undefined;
  const [own] = permissions;
  for (const permission of permissions) {
    // What else a call needs, of keys or streams, is not for the policy of a table to say.
    const isOwn = serviceIn(permission) === (own && serviceIn(own));
    iam.authorize(call.caller, permission, isOwn ? policy : undefined);
  }
  return permissions;
}

const serviceIn = ({ action }: Permission): string => action.split(':')[0] ?? '';

/** As AWS answers: JSON services 400, REST services 404, query services by another name; AWS itself says no more. */
function unknownOperation(service: Service, operation: string): AwsError {
  if (service.protocol !== 'query') {
    const message = `The local AWS has no operation ${operation} of ${service.name}.`;
    return new AwsError('UnknownOperationException', message, service.protocol === 'rest-json' ? 404 : 400);
  }
  return new AwsError('InvalidAction', `The action ${operation} is not valid for this endpoint.`);
}
