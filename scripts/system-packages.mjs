// Installs what the tests need beyond npm, where that can be done without asking: as root on Debian and its relatives.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** Debian package -> what it is for. */
const needed = {
  chromium: 'the interface tests, and the software GPU (SwiftShader) of the WebGPU tests',
  libvulkan1: 'the Vulkan loader that the WebGPU tests go through',
  'fonts-noto-cjk': 'Chinese and Japanese text in screenshots',
};

const isInstalled = (name) => spawnSync('/usr/bin/dpkg-query', ['--show', '--showformat=${db:Status-Status}', name], { encoding: 'utf8' }).stdout === 'installed';

function aptGet(...args) {
  const options = ['-o', 'Acquire::Retries=2', '-o', 'Acquire::http::Timeout=30', '-o', 'DPkg::Lock::Timeout=300', '-qq'];
  const { status } = spawnSync('/usr/bin/apt-get', [...options, ...args], {
    stdio: ['ignore', 'ignore', 'inherit'], timeout: 15 * 60_000, env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  return status === 0;
}

/** Never fails: tests whose package stays missing say so themselves. */
export function installSystemPackages() {
  if (!existsSync('/usr/bin/apt-get')) return;
  const missing = Object.keys(needed).filter((name) => !isInstalled(name));
  if (missing.length === 0) return;
  const command = `apt-get install -y --no-install-recommends ${missing.join(' ')}`;
  if (process.getuid?.() === 0) {
    console.log(`Installing ${missing.join(', ')} ...`);
    // An index that cannot be refreshed may still be good enough to install from.
    if (!aptGet('update')) console.log('The package index could not be refreshed; trying with the one at hand.');
    if (aptGet('install', '-y', '--no-install-recommends', ...missing)) return;
  }
  console.log(`Not installed, so that the tests that need it are skipped:\n${missing.map((name) => `  ${name}: ${needed[name]}`).join('\n')}\nTo install: sudo ${command}`);
}
