import * as z from 'zod/mini';
import { iso } from '../../clock.ts';
import { environments } from '../../standing/standing.ts';
import { environmentIdOf } from '../places.ts';
import { route } from '../route.ts';
import { count } from '../words.ts';
import { link, linkTo } from './shapes.ts';

const environmentView = z.object({
  id: z.string(),
  account_native_id: z.string(),
  aws_region: z.string(),
  /** `unlinked`: no plan has it any more. */
  connection_status: z.enum(['connected', 'unlinked']),
  /** Of the last audit. */
  last_audit_timestamp: z.nullable(z.string()),
});

const path = '/datasources/aws/environments';

export const listEnvironments = route({
  method: 'GET',
  path,
  dialect: 'clumio',
  rights: 'read',
  id: 'listAwsEnvironments',
  summary: 'Accounts and Regions that plans name: where tables are, and where they can be restored to',
  success: {
    status: 200,
    description: 'All of them.',
    body: z.object({
      _embedded: z.object({ items: z.array(environmentView) }),
      _links: z.object({ _self: link }),
      current_count: count,
      total_count: count,
    }),
  },
  failures: [],
  async act(world) {
    const items = (await environments(world)).map(({ target, isDeployed, auditedAt }) => ({
      id: environmentIdOf(target),
      account_native_id: target.account,
      aws_region: target.region,
      connection_status: isDeployed ? ('connected' as const) : ('unlinked' as const),
      last_audit_timestamp: auditedAt === undefined ? null : iso(auditedAt),
    }));
    const counts = { current_count: items.length, total_count: items.length };
    return { _embedded: { items }, _links: { _self: linkTo(path) }, ...counts };
  },
});
