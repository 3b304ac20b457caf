import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";

// The server serves what is built here; `runlore export --format html` puts it into one file.
export default defineConfig({
  plugins: [svelte()],
  base: "/",
  build: {
    outDir: "../src/runlore/server/page",
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0,
    reportCompressedSize: false,
  },
  server: { proxy: { "/api": "http://127.0.0.1:7474" } },
  test: { include: ["src/**/*.test.ts"], environment: "node" },
});
