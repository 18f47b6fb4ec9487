import { plural } from './format.ts';

/** Each stands for the weights below it. */
const mostNamed = 4;

/** What was drawn anew and what of the model's files is of no use here, in one line; empty where everything fits. */
export function weightsLine({ missing, unexpected }: { readonly missing: readonly string[]; readonly unexpected: readonly string[] }): string {
  const said = [about('new', missing), about('unused', unexpected)].filter(Boolean).join('; ');
  return said && `Weights: ${said}.`;
}

function about(what: string, names: readonly string[]): string {
  const parts = [...new Set(names.map(partOf))];
  return names.length ? `${what} are ${parts.slice(0, mostNamed).join(', ')}${parts.length > mostNamed ? ' and others' : ''} (${plural(names.length, 'weight')})` : '';
}

/** `pooler` of `bert.pooler.dense.bias`, `cls.predictions` of `cls.predictions.bias`. */
function partOf(name: string): string {
  const [first = '', second] = name.replace(/^bert\./, '').split('.');
  return first === 'cls' && second ? `${first}.${second}` : first;
}
