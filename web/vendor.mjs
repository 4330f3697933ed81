// Copies the third-party assets out of node_modules into server/assets/vendor, each with its licence, and writes a
// manifest of their sha256 sums. With --check nothing is written: it fails when what is committed is not what the locked
// packages contain. The server compiles the committed files in, so building it needs no node.

import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const vendor = join(here, "..", "server", "assets", "vendor");

// What is taken from which package, and under which name it is kept.
const taken = [
  { package: "htmx.org", from: "dist/htmx.min.js", to: "htmx.min.js" },
  { package: "htmx.org", from: "LICENSE", to: "htmx.LICENSE.txt" },
];

const files = new Map(taken.map((file) => [file.to, readFileSync(join(here, "node_modules", file.package, file.from))]));
const sums = [...files].map(([name, bytes]) => `${createHash("sha256").update(bytes).digest("hex")}  ${name}\n`);
files.set("SHA256SUMS", Buffer.from(sums.sort().join("")));

if (process.argv.includes("--check")) {
  const committed = readdirSync(vendor).sort();
  const wanted = [...files.keys()].sort();
  const faults = [
    ...wanted.filter((name) => !committed.includes(name)).map((name) => `${name} is missing`),
    ...committed.filter((name) => !wanted.includes(name)).map((name) => `${name} comes from no package`),
    ...wanted
      .filter((name) => committed.includes(name) && !readFileSync(join(vendor, name)).equals(files.get(name)))
      .map((name) => `${name} differs from the locked package`),
  ];
  if (faults.length > 0) {
    console.error(`server/assets/vendor: ${faults.join("; ")}. Run: npm ci && npm run build`);
    process.exit(1);
  }
  console.log(`server/assets/vendor: ${wanted.length} files as in the locked packages`);
} else {
  mkdirSync(vendor, { recursive: true });
  for (const [name, bytes] of files) writeFileSync(join(vendor, name), bytes);
  console.log(`server/assets/vendor: ${files.size} files written`);
}
