// Unpacks a headless Chromium with the libraries that a bare machine lacks, beside this file, and
// writes the path of what starts it into the file that is named.
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const folder = join(here, "unpacked");
await mkdir(folder, { recursive: true });
process.env.TMPDIR = folder;
// Imported afterwards: it asks for the temporary folder once.
const { default: chromium, inflate } = await import("@sparticuz/chromium");
const program = await chromium.executablePath();
await inflate(join(here, "node_modules/@sparticuz/chromium/bin/al2023.tar.br"));

const starter = join(here, "chromium");
const libraries = join(folder, "al2023", "lib");
await writeFile(
  starter,
  `#!/bin/sh
LD_LIBRARY_PATH="${libraries}\${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
export LD_LIBRARY_PATH
exec "${program}" "$@"
`,
);
await chmod(starter, 0o755);
await writeFile(process.argv[2], starter);
