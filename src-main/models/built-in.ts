import { join } from 'node:path';

/** The name under which the encoder that comes with the studio is asked for. */
export const builtInName = 'built-in';

/** Its folder. Bundled, the code lies two folders below the package's root as well, in `out/host` or `out/electron`. */
export const builtInFolder = join(import.meta.dirname, '../../assets/models/sesame-mini-zh-en');
