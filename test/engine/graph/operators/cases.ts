import type { OperatorCase } from './case.ts';
import { elementwiseCases } from './cases/elementwise.ts';
import { indexingCases } from './cases/indexing.ts';
import { layoutCases } from './cases/layout.ts';
import { productCases } from './cases/products.ts';
import { reductionCases } from './cases/reductions.ts';
import { tiledCases } from './cases/tiled.ts';

/** Uses of every operator that there is; `coverage.test.ts` sees to it that none is left out. */
export const operatorCases: readonly OperatorCase[] = [...elementwiseCases, ...layoutCases, ...reductionCases, ...productCases, ...indexingCases, ...tiledCases];

/** For `it.each`. */
export const namedCases = operatorCases.map((operatorCase): [string, OperatorCase] => [`${operatorCase.of} of ${operatorCase.about}`, operatorCase]);
