import { join } from 'node:path';

/** The labelled sentences that come with the studio. Bundled, the code lies two folders below the package's root as well. */
const folder = join(import.meta.dirname, '../../assets/samples/movie-reviews');

export const sampleData = { train: join(folder, 'train.csv'), dev: join(folder, 'dev.csv') } as const;
