// Builds what the Lambda `console` serves into ../functions/console/assets: the console, the page of the
// API reference, and the reference itself. Names of assets carry the hash of their content, so that they
// can be kept forever; each file that gets smaller lies there gzipped too.

import { createHash } from "node:crypto";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const HERE = dirname(fileURLToPath(import.meta.url));
const TARGET = join(HERE, "../functions/console/assets");
const LARGEST_FIRST_PAGE = 100_000; // bytes of script, before gzip

const require = createRequire(import.meta.url);
const files = {};
const changes = await operationsThatChange();

await rm(TARGET, { recursive: true, force: true });
await mkdir(TARGET, { recursive: true });
await page("console", {
  "app.js": await bundled("src/main.tsx"),
  "app.css": await bundled("src/styles/console.css"),
  "icon.svg": await readFile(join(HERE, "src/icon.svg")),
});
await page("docs", {
  "swagger-ui.js": await readFile(require.resolve("swagger-ui-dist/swagger-ui-bundle.js")),
  "swagger-ui.css": await readFile(require.resolve("swagger-ui-dist/swagger-ui.css")),
  "docs.js": await bundled("src/docs/docs.ts"),
  "docs.css": await bundled("src/docs/docs.css"),
  "icon.svg": await readFile(join(HERE, "src/icon.svg")),
});
await keep("openapi.json", "openapi.json", await reference());
await writeFile(join(TARGET, "index.json"), JSON.stringify(files, null, 1));

async function bundled(entry) {
  const made = await build({
    absWorkingDir: HERE,
    entryPoints: [entry],
    bundle: true,
    minify: true,
    write: false,
    target: "es2022",
    format: "iife",
    legalComments: "none",
    logLevel: "warning",
    jsx: "automatic",
    jsxImportSource: "preact",
    define: { CHANGES: JSON.stringify(changes) },
  });
  const content = Buffer.from(made.outputFiles[0].contents);
  if (entry.endsWith(".tsx") && content.length > LARGEST_FIRST_PAGE) {
    throw new Error(`the console's script has ${content.length} bytes, more than ${LARGEST_FIRST_PAGE}`);
  }
  return content;
}

/** One HTML page with its assets; `{{name}}` in it becomes the asset's address relative to the page. */
async function page(name, assets) {
  let html = await readFile(join(HERE, `src/${name}.html`), "utf8");
  for (const [asset, content] of Object.entries(assets)) {
    const digest = createHash("sha256").update(content).digest("hex").slice(0, 12);
    const hashed = `${basename(asset, extname(asset))}-${digest}${extname(asset)}`;
    html = html.replaceAll(`{{${asset}}}`, `${name}/${hashed}`);
    await keep(`${name}/${hashed}`, hashed, content, true);
  }
  await keep(name, `${name}.html`, Buffer.from(html));
}

/** Write a file, and tell the Lambda of it by the path under which it is asked for. */
async function keep(path, file, content, forever = false) {
  const etag = createHash("sha256").update(content).digest("hex").slice(0, 32);
  await writeFile(join(TARGET, file), content);
  const packed = gzipSync(content, { level: 9 });
  const zipped = packed.length < content.length * 0.9;
  if (zipped) await writeFile(join(TARGET, `${file}.gz`), packed);
  files[path] = { file, etag, forever, zipped };
}

/** The ids of the operations that do more than read. */
async function operationsThatChange() {
  const { paths } = JSON.parse(await readFile(join(HERE, "../docs/openapi.json"), "utf8"));
  const offered = Object.values(paths).flatMap((path) => Object.entries(path));
  return offered.filter(([method, { operationId }]) => method !== "get" && operationId).map(([, { operationId }]) => operationId);
}

/** docs/openapi.json with the address at which it is served as its first server. */
async function reference() {
  // As text: its examples hold whole numbers that JavaScript would round.
  const document = await readFile(join(HERE, "../docs/openapi.json"), "utf8");
  const [before, after, ...more] = document.split('"servers": [');
  if (after === undefined || more.length > 0) throw new Error("docs/openapi.json has no single list of servers");
  return Buffer.from(`${before}"servers": [{"url": ".", "description": "This stack"},${after}`);
}
