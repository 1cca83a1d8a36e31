/** Prints how large the package is for a page that uses all of it, and fails above the bound. */

import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const BOUND = 14_000;

const { outputFiles } = await build({
  entryPoints: ["src/index.ts"],
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2023",
  write: false,
});
const bytes = gzipSync(outputFiles[0].contents, { level: 9 }).length;
console.log(`${bytes} bytes gzipped, of at most ${BOUND}`);
process.exitCode = bytes > BOUND ? 1 : 0;
