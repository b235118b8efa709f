import { createRequire } from 'node:module';
import { Writable } from 'node:stream';
import { type BuildOptions, build, type OutputFile } from 'esbuild';

const require = createRequire(import.meta.url);

/** Bundles as serverless.yml has it done. */
export async function bundle(entry: BuildOptions): Promise<OutputFile[]> {
  const { outputFiles } = await build({
    plugins: require('../../deploy/esbuild.cjs'),
    ...entry,
    bundle: true,
    write: false,
    minify: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    mainFields: ['module', 'main'],
    supported: { 'dynamic-import': false },
  });
  return outputFiles ?? [];
}

/** What a bundle of that source exports, in a process that writes to `written`. */
export async function loaded<Exports>(
  contents: string,
  written: string[] = [],
  more: BuildOptions = {},
): Promise<Exports> {
  const [file] = await bundle({ stdin: { contents, resolveDir: import.meta.dirname }, ...more });
  const module = { exports: {} };
  const stream = new Writable({ write: (chunk, _, done) => done(void written.push(String(chunk))) });
  const itsProcess = { ...process, env: { _X_AMZN_TRACE_ID: 'Root=1-2-3' }, stdout: stream, stderr: stream };
  const run = new Function('module', 'exports', 'require', 'process', file?.text ?? '');
  run(module, module.exports, require, itsProcess);
  return module.exports as Exports;
}
