import { defineConfig } from 'vitest/config';

// The server sends "Content-Security-Policy: default-src 'self'": nothing may be inlined, neither a
// script nor a style nor an image as a data: address.
export default defineConfig({
  base: './',
  build: {
    outDir: 'target/classes/META-INF/resources/ui',
    emptyOutDir: true,
    target: 'es2022',
    sourcemap: false,
    assetsDir: 'assets',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  server: {
    // "npm run dev" beside a running server: the page reloads on a change, the data are real.
    proxy: { '/api': 'http://127.0.0.1:7300' },
  },
  test: {
    include: ['src/**/*.test.ts'],
    environment: 'node',
    // Property tests take seconds; on a machine that builds other things too, many of them.
    testTimeout: 120_000,
  },
});
