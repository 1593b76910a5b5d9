import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { schemaFiles } from './schemaFiles';

// Writes schemas/*.json from the zod schemas: `npx tsx scripts/generate-schemas.ts`, run in the repository's root.
const folder = join(process.cwd(), 'schemas');
mkdirSync(folder, { recursive: true });
for (const [name, text] of Object.entries(schemaFiles())) {
  writeFileSync(join(folder, name), text);
  console.log(`schemas/${name}`);
}
