import type { IncomingHttpHeaders } from 'node:http';
import { MachineError } from '../../../shared/domain/errors.ts';
import { pageUrl, type Hub } from './address.ts';

/** What was asked for, to name it in messages. */
export interface Request {
  readonly hub: Hub;
  /** The model's name on the hub. */
  readonly name: string;
  readonly revision: string;
}

const transientCodes = new Set(['hub-unreachable', 'hub-timeout', 'hub-busy', 'hub-failed', 'connection-lost']);

/** True for failures that may pass by themselves. */
export const isTransient = (error: unknown): boolean => error instanceof MachineError && transientCodes.has(error.code);

const unreachableCodes = new Set(['ENOTFOUND', 'EAI_AGAIN', 'ECONNREFUSED', 'ENETUNREACH', 'EHOSTUNREACH', 'ENETDOWN', 'EADDRNOTAVAIL']);
const certificateCodes = /^(?:CERT_|ERR_TLS_CERT|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_)/;

/** For an error of Node's instead of an answer, or in the middle of one. Proxies are not named: their address may hold a password. */
export function connectionFailure(cause: unknown, host: string): MachineError {
  const { code = '', statusCode } = cause as NodeJS.ErrnoException & { statusCode?: number };
  const failure = (name: string, message: string): MachineError => new MachineError(name, message, { cause });
  if (code === 'ERR_PROXY_TUNNEL' && statusCode === 407) return failure('proxy-refused', 'The proxy asks for a user name and a password: put them in the proxy’s address in the settings.');
  if (code.startsWith('ERR_PROXY')) return failure('proxy-failed', `The proxy does not let “${host}” be reached: check its address in the settings, or ask who runs it.`);
  if (unreachableCodes.has(code)) return failure('hub-unreachable', `“${host}” cannot be reached: check the network connection, and the hub’s address and proxy in the settings.`);
  if (certificateCodes.test(code)) {
    return failure('hub-untrusted', `The certificate of “${host}” is not trusted (${code}): where a firewall reads along, name its certificate’s file in NODE_EXTRA_CA_CERTS.`);
  }
  if (code === 'ETIMEDOUT') return failure('hub-timeout', `“${host}” does not answer: try again later; the download will go on from where it stopped.`);
  return failure('connection-lost', `The connection to “${host}” broke off: try again; the download will go on from where it stopped.`);
}

/** For an answer that is not the one hoped for, from the hub itself or from where it keeps its files. */
export function answerFailure({ status, headers, host }: { status: number; headers: IncomingHttpHeaders; host: string }, request: Request): MachineError {
  const reason = reasonOf(headers);
  if (reason || host === new URL(request.hub.address).host) return statusFailure(status, reason, request);
  // Storage knows nothing of models and accounts: the pass that the hub gave for it has run out, or is wrong.
  return new MachineError('hub-failed', `“${host}”, where the hub keeps its files, does not give this one out (${status}): try again; if it stays so, choose another hub or mirror.`);
}

/** The hub's own code for what is wrong. */
export const reasonOf = (headers: IncomingHttpHeaders): string | undefined => headers['x-error-code']?.toString();

function statusFailure(status: number, reason: string | undefined, { hub, name, revision }: Request): MachineError {
  const page = pageUrl(hub, name);
  if (reason === 'RevisionNotFound') return new MachineError('revision-not-found', `The model “${name}” has no revision “${revision}”: choose one of those on ${page}.`);
  if (reason === 'GatedRepo' || status === 403) {
    return new MachineError('model-gated', `The hub gives “${name}” only to those who accepted its conditions: accept them on ${page}, and put a token of that account in the settings or in HF_TOKEN.`);
  }
  // Hugging Face does not tell a stranger whether a private model is there: it answers 401 for both.
  if (status === 404 || reason === 'RepoNotFound') {
    const remedy = hub.token ? 'check the name, and that the token’s account may read it' : 'check the name; if it is private, put a token in the settings or in HF_TOKEN';
    return new MachineError('model-not-found', `The hub ${hub.address} has no model “${name}”: ${remedy}.`);
  }
  if (status === 401) {
    return new MachineError('hub-unauthorised', hub.token ? `The hub ${hub.address} does not accept the token: copy a valid one from its settings.` : `The hub ${hub.address} asks for a token: put one in the settings or in HF_TOKEN.`);
  }
  if (status === 407) return new MachineError('proxy-refused', 'The proxy asks for a user name and a password: put them in the proxy’s address in the settings.');
  if (status === 429) return new MachineError('hub-busy', `The hub ${hub.address} has had too many requests from here: try again in a few minutes.`);
  if (status === 408 || status >= 500) return new MachineError('hub-failed', `The hub ${hub.address} has a fault at the moment (${status}): try again later; the download will go on from where it stopped.`);
  return new MachineError('hub-unexpected', `The hub ${hub.address} gave an answer that makes no sense (${status}): check its address in the settings.`);
}
