import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Template } from './template.ts';

/** The service as `serverless package` leaves it. */
export interface Packaged {
  /** Holds the template and a `<function>.zip` for each function. */
  directory: string;
  template: Template;
  remove(): void;
}

const root = fileURLToPath(new URL('..', import.meta.url));
const linked = ['deploy', 'events', 'functions', 'node_modules', 'shared', 'package.json'];
const copied = ['serverless.yml', 'plans.yml'];

/**
 * Packages the service in a place of its own, so that several can do so at once; `parameters` are those of
 * `--param`. Throws with what osls says when it refuses.
 */
export async function packageService(parameters: Record<string, string> = {}, stage = 'dev'): Promise<Packaged> {
  const home = mkdtempSync(join(tmpdir(), 'tablekeep-package-'));
  mkdirSync(home, { recursive: true });
  for (const name of linked) symlinkSync(join(root, name), join(home, name));
  for (const name of copied) copyFileSync(join(root, name), join(home, name));
  await serverless(home, [
    'package',
    '--stage',
    stage,
    ...Object.entries(parameters).flatMap(([name, value]) => ['--param', `${name}=${value}`]),
  ]);
  const directory = join(home, '.serverless');
  return { directory, template: templateIn(directory), remove: () => rmSync(home, { recursive: true, force: true }) };
}

/** The template of a packaged service. */
export function templateIn(directory: string): Template {
  return JSON.parse(readFileSync(join(directory, 'cloudformation-template-update-stack.json'), 'utf8')) as Template;
}

async function serverless(cwd: string, commands: string[]): Promise<void> {
  const program = join(root, 'node_modules/serverless/bin/serverless.js');
  try {
    await promisify(execFile)(process.execPath, [program, ...commands], { cwd });
  } catch (cause) {
    const { stdout = '', stderr = '' } = cause as { stdout?: string; stderr?: string };
    throw new Error(`The service cannot be packaged.\n${stdout}${stderr}`.trim(), { cause });
  }
}
