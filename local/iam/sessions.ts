import type { Clock } from '../clock.ts';
import type { Random } from '../random.ts';
import { AwsError, type Caller } from '../service.ts';
import type { Role } from './roles.ts';

/** Temporary credentials of a role. */
export interface Credentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken: string;
  /** Epoch ms. */
  expiresAt: number;
  /** `AROA…:<session>` */
  assumedRoleId: string;
  /** `arn:aws:sts::<account>:assumed-role/<role>/<session>` */
  arn: string;
}

/** The sessions that were opened, by access key. */
export interface Sessions {
  open(role: Role, sessionName: string, durationSeconds: number): Credentials;
  /** Undefined for a key that is nobody's session. Throws `AwsError` ExpiredTokenException. */
  find(accessKey: string): Caller | undefined;
  /** What the session was given to sign with; undefined for a key that is nobody's session. */
  keys(accessKey: string): Credentials | undefined;
  arnOf(role: Role, sessionName: string): string;
}

/** No session at first. Keys follow from the seed. */
export function createSessions(clock: Clock, random: Random): Sessions {
  const sessions = new Map<string, { caller: Caller; credentials: Credentials }>();
  const arnOf = (role: Role, sessionName: string) =>
    `arn:aws:sts::${role.account}:assumed-role/${role.name}/${sessionName}`;
  return {
    arnOf,
    open(role, sessionName, durationSeconds) {
      const accessKeyId = `ASIA${random.hex(16).toUpperCase()}`;
      const expiresAt = clock.now() + durationSeconds * 1000;
      const arn = arnOf(role, sessionName);
      const caller = { account: role.account, principalArn: role.arn, arn, accessKey: accessKeyId };
      const credentials = {
        accessKeyId,
        secretAccessKey: random.hex(40),
        sessionToken: random.hex(64),
        expiresAt,
        assumedRoleId: `${role.id}:${sessionName}`,
        arn,
      };
      sessions.set(accessKeyId, { caller, credentials });
      return credentials;
    },
    keys: (accessKey) => sessions.get(accessKey)?.credentials,
    find(accessKey) {
      const session = sessions.get(accessKey);
      if (session === undefined) return undefined;
      if (session.credentials.expiresAt > clock.now()) return session.caller;
      throw new AwsError('ExpiredTokenException', 'The security token included in the request is expired', 403);
    },
  };
}
