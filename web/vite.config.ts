import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";

// Built twice: for the server, and (`--mode single`) as one script that
// `runlore export --format html` and notebooks put into a file with its data.
export default defineConfig(({ mode }) => ({
  plugins: [svelte()],
  base: "/",
  publicDir: mode === "single" ? false : "public",
  build: {
    outDir: `../src/runlore/server/${mode === "single" ? "single" : "page"}`,
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    ...(mode === "single" && {
      cssCodeSplit: false,
      modulePreload: false,
      rolldownOptions: {
        output: { codeSplitting: false, entryFileNames: "page.js", assetFileNames: "page[extname]" },
      },
    }),
  },
  server: { proxy: { "/api": "http://127.0.0.1:7474" } },
  test: { include: ["src/**/*.test.ts"], environment: "node" },
}));
