import { describe, expect, it } from 'vitest';
import { checkModelName, fileUrl, hubFrom, listUrl } from '../../../src-main/models/hub/address.ts';

describe('the hub', () => {
  it('is the option, then HF_ENDPOINT, then Hugging Face', () => {
    expect(hubFrom({ hub: 'https://mirror.example/hf/' }, { HF_ENDPOINT: 'https://other.example' }).address).toBe('https://mirror.example/hf');
    expect(hubFrom({}, { HF_ENDPOINT: 'https://other.example/' }).address).toBe('https://other.example');
    expect(hubFrom({ hub: '' }, { HF_ENDPOINT: '' }).address).toBe('https://huggingface.co');
  });

  it('keeps the folder that a mirror lies in', () => {
    const hub = hubFrom({ hub: 'https://mirror.example/api/hf' }, {});
    expect(listUrl(hub, 'owner/name', 'main').href).toBe('https://mirror.example/api/hf/api/models/owner/name/revision/main');
    expect(fileUrl(hub, 'owner/name', 'refs/pr/1', 'vocab.txt').href).toBe('https://mirror.example/api/hf/owner/name/resolve/refs%2Fpr%2F1/vocab.txt');
  });

  it.each(['huggingface.co', 'ftp://huggingface.co', 'https://user:secret@huggingface.co', 'https://huggingface.co/?a=b', 'file:///etc'])('cannot be %s', (hub) => {
    expect(() => hubFrom({ hub }, {})).toThrow(expect.objectContaining({ code: 'hub-invalid' }));
  });

  it('gets the token of the option or of HF_TOKEN, without blanks around it', () => {
    expect(hubFrom({ token: ' hf_a\n' }, { HF_TOKEN: 'hf_b' }).token).toBe('hf_a');
    expect(hubFrom({}, { HF_TOKEN: 'hf_b' }).token).toBe('hf_b');
    expect(hubFrom({}, {}).token).toBeUndefined();
    expect(() => hubFrom({ token: 'hf_a\r\nx-evil: 1' }, {})).toThrow(expect.objectContaining({ code: 'token-invalid' }));
  });

  it('is reached through the proxy of the option, or those of the environment', () => {
    const env = { https_proxy: 'http://two:2', HTTPS_PROXY: 'http://three:3', NO_PROXY: 'local' };
    expect(hubFrom({ proxy: 'http://one:1' }, env).proxies).toEqual({ HTTP_PROXY: 'http://one:1', HTTPS_PROXY: 'http://one:1', NO_PROXY: 'local' });
    expect(hubFrom({}, env).proxies).toEqual({ HTTP_PROXY: undefined, HTTPS_PROXY: 'http://two:2', NO_PROXY: 'local' });
    for (const proxy of ['socks5://one:1', 'one:1']) expect(() => hubFrom({ proxy }, {})).toThrow(expect.objectContaining({ code: 'proxy-invalid' }));
  });
});

describe('a model’s name on a hub', () => {
  it.each(['bert-base-uncased', 'google-bert/bert-base-chinese', 'a/b', 'x_y/z.1'])('can be %s', (name) => expect(() => checkModelName(name)).not.toThrow());

  it.each(['', '..', '../x', 'a/../b', 'a/b/c', '/a', 'a/', 'a b', 'a?b', 'a%2fb', 'a\\b', '.a', 'a-', 'https://huggingface.co/a/b', 'x'.repeat(200)])('cannot be “%s”', (name) => {
    expect(() => checkModelName(name)).toThrow(expect.objectContaining({ code: 'model-name-invalid' }));
  });
});
