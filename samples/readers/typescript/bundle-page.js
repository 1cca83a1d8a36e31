/** Bundles `src/page.ts` for a browser, into `dist/page.bundle.js`. */

import { build } from "esbuild";

await build({ entryPoints: ["src/page.ts"], bundle: true, format: "iife", outfile: "dist/page.bundle.js" });
