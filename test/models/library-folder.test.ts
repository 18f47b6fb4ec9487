import { describe, expect, it } from 'vitest';
import { libraryFolder, type UserPlace } from '../../src-main/models/library-folder.ts';

const linux: UserPlace = { platform: 'linux', home: '/users/ann', workingFolder: '/data' };
const windows: UserPlace = { platform: 'win32', home: 'C:\\Users\\Ann', workingFolder: 'D:\\data' };
const mac: UserPlace = { platform: 'darwin', home: '/Users/ann', workingFolder: '/data' };

describe('the library folder', () => {
  it('is the option, then SESAME_LIBRARY, then the platform’s', () => {
    const env = { SESAME_LIBRARY: '/env', XDG_DATA_HOME: '/xdg' };
    expect(libraryFolder('/option', env, linux)).toBe('/option');
    expect(libraryFolder(undefined, env, linux)).toBe('/env');
    expect(libraryFolder(undefined, { XDG_DATA_HOME: '/xdg' }, linux)).toBe('/xdg/sesame-studio');
  });

  it('lies where each platform keeps a user’s data', () => {
    expect(libraryFolder(undefined, {}, linux)).toBe('/users/ann/.local/share/sesame-studio');
    expect(libraryFolder(undefined, {}, mac)).toBe('/Users/ann/Library/Application Support/sesame-studio');
    expect(libraryFolder(undefined, { APPDATA: 'E:\\Roaming' }, windows)).toBe('E:\\Roaming\\sesame-studio');
    expect(libraryFolder(undefined, {}, windows)).toBe('C:\\Users\\Ann\\AppData\\Roaming\\sesame-studio');
  });

  it('is absolute even if given as relative', () => {
    expect(libraryFolder('here', {}, linux)).toBe('/data/here');
    expect(libraryFolder(undefined, { SESAME_LIBRARY: '..\\there' }, windows)).toBe('D:\\there');
  });

  it('takes empty values for unset, and ignores a relative XDG_DATA_HOME', () => {
    expect(libraryFolder('', { SESAME_LIBRARY: '', XDG_DATA_HOME: 'relative' }, linux)).toBe('/users/ann/.local/share/sesame-studio');
  });
});
