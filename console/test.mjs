// Bundles the tests of the console's modules, and runs them: `node test.mjs`.

import { spawnSync } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const HERE = dirname(fileURLToPath(import.meta.url));
const scratch = await mkdtemp(join(tmpdir(), "hearback-console-"));
try {
  const tests = (await readdir(join(HERE, "tests"))).filter((name) => name.endsWith(".test.ts"));
  const made = tests.map((name) => join(scratch, name.replace(/ts$/, "mjs")));
  await build({
    entryPoints: tests.map((name) => join(HERE, "tests", name)),
    bundle: true,
    platform: "node",
    format: "esm",
    outdir: scratch,
    outExtension: { ".js": ".mjs" },
    logLevel: "warning",
  });
  const run = spawnSync(process.execPath, ["--test", ...made], { stdio: "inherit" });
  process.exitCode = run.status ?? 1;
} finally {
  await rm(scratch, { recursive: true, force: true });
}
