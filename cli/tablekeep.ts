#!/usr/bin/env node
import process from 'node:process';
import { run } from './run.ts';

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  // Whoever reads no further, as head does, has seen enough.
  process.exit();
});
process.exitCode = await run(process.argv.slice(2));
