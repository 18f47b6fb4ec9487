import { defineConfig } from 'vitest/config';

// Native sessions use every core themselves, so test files share two workers; a process each, because a crash in native code must not take other files along.
export default defineConfig({
  test: { include: ['test/**/*.test.ts'], pool: 'forks', maxWorkers: 2, testTimeout: 60_000, hookTimeout: 60_000 },
});
