import { readFileSync, writeFileSync } from 'node:fs';
import { openApi } from './api/document.ts';
import { apiPage } from './api/page.ts';

const files = { 'docs/openapi.json': () => `${JSON.stringify(openApi(), null, 2)}\n`, 'docs/api.md': apiPage };

const addressOf = (file: string) => new URL(`../${file}`, import.meta.url);

/** The files that are not what the contracts say now. */
export function outdated(): string[] {
  return Object.entries(files)
    .filter(([file, make]) => contentOf(file) !== make())
    .map(([file]) => file);
}

function contentOf(file: string): string {
  try {
    return readFileSync(addressOf(file), 'utf8');
  } catch {
    return '';
  }
}

/** Writes them; with `--check` only says which are outdated. */
if (import.meta.main) {
  const found = outdated();
  if (process.argv.includes('--check')) {
    for (const file of found) console.log(`${file} is outdated: npm run openapi`);
    process.exitCode = found.length === 0 ? 0 : 1;
  } else {
    for (const [file, make] of Object.entries(files)) writeFileSync(addressOf(file), make());
    console.log(found.length === 0 ? 'Both files are current.' : `Written: ${found.join(', ')}`);
  }
}
