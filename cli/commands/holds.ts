import { Command } from 'commander';
import type { Backup } from '../answers.ts';
import type { Api } from '../api.ts';
import { Stop } from '../exit.ts';
import { byHand } from '../options.ts';
import type { Context } from '../program.ts';
import type { Screen } from '../screen.ts';
import { shown } from '../words.ts';
import { zonesOf } from '../zones.ts';

const read = (api: Api, id: string): Promise<Backup> => api.get<Backup>(`/v1/backups/${encodeURIComponent(id)}`);

/** The backup, and how sentences name it. */
async function lookAt(api: Api, id: string): Promise<{ backup: Backup; named: string }> {
  const [backup, zones] = await Promise.all([read(api, id), zonesOf(api)]);
  const { table, createdAt, plan } = backup;
  return { backup, named: `the backup of ${table} from ${shown(createdAt, zones.get(plan))} (plan ${plan})` };
}

/** A backup stays. */
export const holdCommand = ({ screen, api }: Context): Command =>
  new Command('hold')
    .description('keep a backup until the hold is lifted, whatever its plan says')
    .argument('<backup>', 'its id, as npx tablekeep backups lists it')
    .requiredOption('--reason <text>', 'why: it is shown with the backup')
    .addHelpText('after', '\nExample:\n  npx tablekeep hold 5f0c2d1e-… --reason "case 4711"')
    .action(async (id: string, { reason }: { reason: string }, command: Command) => {
      const service = await api(command);
      const { backup, named } = await lookAt(service, id);
      screen.json(await service.post<object>(`/v1/backups/${backup.id}/hold`, { reason }));
      screen.line(`Asked for: ${named} stays until the hold is lifted.`);
    });

/** Its plan decides again. */
export const releaseCommand = ({ screen, api }: Context): Command =>
  new Command('release')
    .description('lift the hold from a backup: its plan decides again whether it stays')
    .argument('<backup>', 'its id')
    .option('--reason <text>', 'why', byHand)
    .option('--yes', 'do not ask')
    .addHelpText('after', '\nExample:\n  npx tablekeep release 5f0c2d1e-… --reason "case 4711 is closed"')
    .action(async (id: string, { reason, yes }: { reason: string; yes?: boolean }, command: Command) => {
      const service = await api(command);
      const { backup, named } = await lookAt(service, id);
      const held = backup.hold ? ` ${backup.hold.by} holds it: ${backup.hold.reason}.` : ' Nobody holds it.';
      await sure(screen, `From then on retention may delete ${named}.${held}`, backup.table, yes);
      screen.json(await service.post<object>(`/v1/backups/${backup.id}/release`, { reason }));
      screen.line(`Asked for: the hold on ${named} is lifted.`);
    });

/** A manual backup goes. */
export const deleteCommand = ({ screen, api }: Context): Command =>
  new Command('delete')
    .description('delete a backup that was asked for by hand; those of plans go by their keep')
    .argument('<backup>', 'its id')
    .option('--yes', 'do not ask')
    .addHelpText('after', '\nExample:\n  npx tablekeep delete 5f0c2d1e-…')
    .action(async (id: string, { yes }: { yes?: boolean }, command: Command) => {
      const service = await api(command);
      const { backup, named } = await lookAt(service, id);
      await sure(screen, `This deletes ${named}, for good.`, backup.table, yes);
      screen.json(await service.remove<object>(`/api/v1/dynamoDb/restorePoints/${backup.id}`));
      screen.line(`Asked for: retention deletes ${named}.`);
    });

/** Says what will happen and asks for the table's name. @throws Stop unless it is given. */
async function sure(screen: Screen, what: string, table: string, isSure = false): Promise<void> {
  if (isSure) return;
  screen.note(what);
  if (!screen.isTerminal) throw new Stop('notUnderstood', 'There is nobody to ask; give --yes if this is meant.');
  const said = await screen.ask(`Type the name of the table to go on: `);
  if (said !== table)
    throw new Stop('refused', said === '' ? 'Nothing was done.' : `${said} is not ${table}: nothing was done.`);
}
