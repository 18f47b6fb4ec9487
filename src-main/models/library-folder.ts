import { homedir } from 'node:os';
import { posix, win32 } from 'node:path';

export type Environment = Readonly<Record<string, string | undefined>>;

/** What the default folder depends on besides the environment. */
export interface UserPlace {
  readonly platform: NodeJS.Platform;
  /** Absolute path of the user's own folder. */
  readonly home: string;
  /** Absolute path that relative ones start from. */
  readonly workingFolder: string;
}

const here = (): UserPlace => ({ platform: process.platform, home: homedir(), workingFolder: process.cwd() });

/**
 * Absolute path of the folder that holds the database and the models: the option, else SESAME_LIBRARY, else `sesame-studio` in the
 * place where the platform keeps a user's data (XDG base directories, %APPDATA%, Application Support). Nothing is created.
 */
export function libraryFolder(option: string | undefined, env: Environment, place: UserPlace = here()): string {
  const path = place.platform === 'win32' ? win32 : posix;
  const chosen = option || env['SESAME_LIBRARY'];
  return chosen ? path.resolve(place.workingFolder, chosen) : path.join(userDataFolder(env, place), 'sesame-studio');
}

function userDataFolder(env: Environment, { platform, home }: UserPlace): string {
  if (platform === 'win32') return env['APPDATA'] || win32.join(home, 'AppData', 'Roaming');
  if (platform === 'darwin') return posix.join(home, 'Library', 'Application Support');
  const configured = env['XDG_DATA_HOME'];
  // The specification has relative paths ignored.
  return configured && posix.isAbsolute(configured) ? configured : posix.join(home, '.local', 'share');
}
