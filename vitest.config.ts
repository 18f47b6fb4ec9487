import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { softwareGpu } from './scripts/software-gpu.mjs';

// `npm test` sets all this; here it is for `vitest run` alone. The Vulkan loader complains without a private folder for its sockets.
const sockets = process.env.XDG_RUNTIME_DIR ?? join(tmpdir(), 'sesame-runtime');
mkdirSync(sockets, { recursive: true, mode: 0o700 });

// Native sessions use every core themselves, so test files share two workers; a process each, because a crash in native code must not take other files along.
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'], pool: 'forks', maxWorkers: 2, testTimeout: 60_000, hookTimeout: 60_000,
    env: { XDG_RUNTIME_DIR: sockets, ...softwareGpu() },
  },
});
