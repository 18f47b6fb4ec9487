// A GPU in software for WebGPU tests: Chromium's packages carry SwiftShader, a Vulkan driver that runs on the CPU.
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const folders = ['/usr/lib/chromium', '/usr/lib/chromium-browser', '/opt/google/chrome'];

/** Environment variables that make a process use SwiftShader, and no other Vulkan driver; {} where it is not installed. */
export function softwareGpu() {
  const driver = folders.map((folder) => join(folder, 'vk_swiftshader_icd.json')).find((file) => existsSync(file));
  // The second name is what Vulkan loaders before 1.3.207 read.
  return driver ? { VK_DRIVER_FILES: driver, VK_ICD_FILENAMES: driver } : {};
}
