import { expect, it } from 'vitest';
import { UsageError } from '../../shared/domain/errors.ts';
import { choice, decimal, flag, readArguments, text, texts, wholeNumber } from '../../src-main/host/cli/options.ts';

const options = {
  input: text('FILE', ''), map: texts('K=V', ''), quiet: flag(''), size: choice('SIZE', ['small', 'large'], ''), count: wholeNumber('N', 1, ''),
  rate: decimal('X', (value) => value > 0, 'a number above 0', ''), help: flag(''),
};
const read = (...args: string[]) => readArguments(args, options);

it('reads values by name, in either form, and everything else as positionals', () => {
  expect(read('run', '--input', 'a b', '--count=3', '--rate', '1e-4', '--size', 'large', '--quiet', 'more')).toEqual({
    values: { input: 'a b', count: 3, rate: 1e-4, size: 'large', quiet: true }, positionals: ['run', 'more'],
  });
});

it('collects what may be repeated, in order', () => {
  expect(read('--map', 'a=b', '--map', 'c=d=e').values.map).toEqual(['a=b', 'c=d=e']);
});

it('takes "-" and a negative number for values, and what follows "--" for positionals', () => {
  expect(read('--input', '-').values.input).toBe('-');
  expect(() => read('--rate', '-2')).toThrow('--rate -2 is not a number above 0');
  expect(read('--', '--quiet')).toEqual({ values: {}, positionals: ['--quiet'] });
});

it('knows -h for --help', () => {
  expect(read('-h').values.help).toBe(true);
});

it.each([
  [['--nothing'], 'There is no option --nothing; see --help.'],
  [['--inptu', 'x'], 'There is no option --inptu; --input may be meant; see --help.'],
  [['-x'], 'There is no option -x; see --help.'],
  [['--__proto__', 'x'], 'There is no option --__proto__; see --help.'],
  [['--input', ''], '--input needs a value, FILE; see --help.'],
  [['--input', '--quiet'], '--input needs a value, FILE; see --help.'],
  [['--count', '1.5'], '--count 1.5 is not a whole number from 1 on; see --help.'],
  [['--count', '99999999999999999999'], '--count 99999999999999999999 is not a whole number from 1 on; see --help.'],
  [['--rate', 'NaN'], '--rate NaN is not a number above 0; see --help.'],
  [['--rate', ' '], '--rate   is not a number above 0; see --help.'],
])('refuses %j', (args, message) => {
  expect(() => read(...args)).toThrow(UsageError);
  expect(() => read(...args)).toThrow(message);
});
