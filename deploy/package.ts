import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
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

/** How to package; all may be left out. */
export interface PackageOptions {
  /** Those of `--param`. */
  parameters?: Record<string, string>;
  stage?: string;
  /** Another plans.yml. */
  plans?: string;
  /** Gives it up. */
  signal?: AbortSignal;
}

/** Packaging takes seconds; osls has been seen to hang where it should have failed. */
const patienceMs = 180_000;
/** serverless-esbuild leaves a folder for each function where temporary files are. */
const temporary = '.tmp';

const root = fileURLToPath(new URL('..', import.meta.url));
const parts = ['deploy', 'docs/openapi.json', 'events', 'functions', 'shared', 'package.json', 'serverless.yml'];

/**
 * Packages the service as `npx serverless package` does, in a copy of its own: several can do so at once, and nothing
 * of the project is touched. Throws with what osls says when it refuses.
 */
export async function packageService({
  parameters = {},
  stage = 'dev',
  plans = join(root, 'plans.yml'),
  signal,
}: PackageOptions = {}): Promise<Packaged> {
  const home = mkdtempSync(join(tmpdir(), 'tablekeep-package-'));
  const remove = () => rmSync(home, { recursive: true, force: true });
  try {
    for (const part of parts) cpSync(join(root, part), join(home, part), { recursive: true });
    cpSync(plans, join(home, 'plans.yml'));
    symlinkSync(join(root, 'node_modules'), join(home, 'node_modules'));
    mkdirSync(join(home, temporary));
    const given = Object.entries(parameters).flatMap(([name, value]) => ['--param', `${name}=${value}`]);
    await serverless(home, ['package', '--stage', stage, ...given], signal);
  } catch (error) {
    remove();
    throw error;
  }
  const directory = join(home, '.serverless');
  return { directory, template: templateIn(directory), remove };
}

/** The template of a packaged service. */
export function templateIn(directory: string): Template {
  return JSON.parse(readFileSync(join(directory, 'cloudformation-template-update-stack.json'), 'utf8')) as Template;
}

async function serverless(cwd: string, commands: string[], signal: AbortSignal | undefined): Promise<void> {
  const program = join(root, 'node_modules/serverless/bin/serverless.js');
  try {
    await promisify(execFile)(process.execPath, [program, ...commands], {
      cwd,
      timeout: patienceMs,
      env: { ...process.env, TMPDIR: join(cwd, temporary) },
      ...(signal && { signal }),
    });
  } catch (cause) {
    const { stdout = '', stderr = '' } = cause as { stdout?: string; stderr?: string };
    throw new Error(`The service cannot be packaged.\n${stdout}${stderr}`.trim(), { cause });
  }
}
