import { defineConfig } from 'vitest/config';

/** Makes `import … from '….md?examples'` the numbered statements of a page, each with the first words of its sentence. */
const examples = {
  name: 'examples-of-docs',
  transform(page: string, id: string) {
    if (!id.endsWith('.md?examples')) {
      return undefined;
    }
    const found = [...page.matchAll(/^\d+\. ([^.:;\n]+)[^\n]*\n+```sql\n([\s\S]*?)\n```/gm)];
    return { code: `export default ${JSON.stringify(found.map(([, title, sql]) => ({ title, sql })))}`, map: null, moduleType: 'js' as const };
  },
};

// The server sends "Content-Security-Policy: default-src 'self'": nothing may be inlined, neither a
// script nor a style nor an image as a data: address.
export default defineConfig({
  plugins: [examples],
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
    fs: { allow: ['.', '../docs'] },
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
