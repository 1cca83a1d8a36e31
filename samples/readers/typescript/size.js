/** Prints the size of each entry as a page loads it, gzipped, and fails if the main one is above its bound. */

import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const BOUND = 14_000;

/** Return the bytes of an entry, bundled and minified, with all that it needs. */
async function sizeOf(entry) {
  const { outputFiles } = await build({
    entryPoints: [`src/${entry}.ts`],
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2023",
    write: false,
  });
  return gzipSync(outputFiles[0].contents, { level: 9 }).length;
}

const main = await sizeOf("index");
console.log(`licensekit-reader: ${main} bytes gzipped, of at most ${BOUND}`);
for (const entry of ["administration", "plain"]) {
  console.log(
    `licensekit-reader/${entry}: ${await sizeOf(entry)} bytes gzipped, much of it shared with the main entry`,
  );
}
process.exitCode = main > BOUND ? 1 : 0;
