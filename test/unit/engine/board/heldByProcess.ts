import { holdIn } from './boardScene';

/** Holds a meeting in a process of its own, which a test kills: `node --import tsx heldByProcess.ts <project>`. */
async function main(folder: string): Promise<void> {
  await holdIn({ folder, conductor: `${folder}/conductor` }, {}, { emit: () => undefined });
}

void main(process.argv[2]!);
