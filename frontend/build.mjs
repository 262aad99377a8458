// Builds src/ into dist/: one entry for each style sheet and each island.
import { build } from "esbuild";
import { copyFile, readFile, readdir, rm } from "node:fs/promises";

// What lies in islands/ is loaded by the pages that need it.
const islands = (await readdir("src/islands")).map((name) => `src/islands/${name}`);
const entries = ["src/app.css", "src/app.js", ...islands];

// Icon fonts come in three formats; every browser we serve reads woff2.
const onlyWoff2 = {
  name: "only-woff2",
  setup(builder) {
    builder.onLoad({ filter: /tabler-icons[^/]*\.css$/ }, async ({ path }) => {
      const css = await readFile(path, "utf8");
      const face = /@font-face\s*\{[^}]*\}/g;
      const woff2 = /url\(["']?([^"')]+\.woff2)[^)]*\)/;
      const contents = css.replace(face, (rule) =>
        rule.replace(/src:[^;}]*/, `src:url("${rule.match(woff2)[1]}") format("woff2")`),
      );
      return { contents, loader: "css" };
    });
  },
};

await rm("dist", { recursive: true, force: true });
await build({
  entryPoints: entries,
  outdir: "dist",
  bundle: true,
  minify: true,
  splitting: true,
  format: "esm",
  target: ["es2022", "chrome109", "firefox115", "safari16.4"],
  assetNames: "assets/[name]-[hash]",
  chunkNames: "chunks/[name]-[hash]",
  loader: {
    ".woff": "file",
    ".woff2": "file",
    ".ttf": "file",
    ".eot": "file",
    ".svg": "file",
  },
  legalComments: "linked",
  logLevel: "warning",
  plugins: [onlyWoff2],
});
await copyFile("src/favicon.svg", "dist/favicon.svg");
