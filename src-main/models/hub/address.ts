import { InputError, UsageError } from '../../../shared/domain/errors.ts';
import type { Environment } from '../library-folder.ts';

export interface HubOptions {
  /** Address of the hub or of a mirror; by default HF_ENDPOINT, else Hugging Face. */
  readonly hub?: string | undefined;
  /** By default HF_TOKEN. Sent to the hub alone, never to where it redirects. */
  readonly token?: string | undefined;
  /** `http://[user:password@]host:port`; by default HTTPS_PROXY, HTTP_PROXY and NO_PROXY. */
  readonly proxy?: string | undefined;
}

export interface Hub {
  /** Without a slash at its end. */
  readonly address: string;
  readonly token: string | undefined;
  /** In the form Node's agents take. */
  readonly proxies: Environment;
}

const defaultAddress = 'https://huggingface.co';

/** Empty settings count as unset. @throws {UsageError} `hub-invalid`, `token-invalid`, `proxy-invalid` */
export function hubFrom(options: HubOptions, env: Environment): Hub {
  const address = (options.hub || env['HF_ENDPOINT'] || defaultAddress).replace(/\/+$/, '');
  const url = URL.parse(address);
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password || url.search || url.hash) {
    throw new UsageError('hub-invalid', 'The hub’s address must be like https://huggingface.co: correct it in the settings, in --hub or in HF_ENDPOINT.');
  }
  const token = (options.token || env['HF_TOKEN'] || '').trim() || undefined;
  if (token && !/^[\x21-\x7e]+$/.test(token)) throw new UsageError('token-invalid', 'The hub’s token holds characters that no token has: copy it again from the hub’s settings.');
  return { address, token, proxies: proxiesFrom(options.proxy, env) };
}

function proxiesFrom(proxy: string | undefined, env: Environment): Environment {
  const from = (name: string): string | undefined => env[name.toLowerCase()] || env[name] || undefined;
  if (!proxy) return { HTTP_PROXY: from('HTTP_PROXY'), HTTPS_PROXY: from('HTTPS_PROXY'), NO_PROXY: from('NO_PROXY') };
  // Node passes over a proxy of another kind and goes to the hub directly, which a proxy's user does not want.
  if (!/^https?:$/.test(URL.parse(proxy)?.protocol ?? '')) throw new UsageError('proxy-invalid', 'The proxy must be given like http://host:port; other kinds, such as SOCKS, cannot be used.');
  return { HTTP_PROXY: proxy, HTTPS_PROXY: proxy, NO_PROXY: from('NO_PROXY') };
}

const namePattern = /^(?:\w(?:[\w.-]{0,94}\w)?\/)?\w(?:[\w.-]{0,94}\w)?$/;

/** @throws {InputError} `model-name-invalid` unless it is `name` or `owner/name` in the letters a hub allows */
export function checkModelName(name: string): void {
  if (namePattern.test(name) && !name.includes('..')) return;
  throw new InputError('model-name-invalid', `“${name}” cannot be the name of a model on a hub: give it as the hub shows it, such as bert-base-uncased or google-bert/bert-base-chinese.`);
}

export const listUrl = (hub: Hub, name: string, revision: string): URL => new URL(`${hub.address}/api/models/${name}/revision/${encodeURIComponent(revision)}`);

export const fileUrl = (hub: Hub, name: string, revision: string, file: string): URL => new URL(`${hub.address}/${name}/resolve/${encodeURIComponent(revision)}/${encodeURIComponent(file)}`);

/** Where a person can read about the model and accept its conditions. */
export const pageUrl = (hub: Hub, name: string): string => `${hub.address}/${name}`;

/** True for a revision that means the same files for ever. */
export const isCommit = (revision: string): boolean => /^[0-9a-f]{40}$/.test(revision);
